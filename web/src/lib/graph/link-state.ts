import type { Counters, Link } from './graph.ts';

/** What is to be said of a link; each has a mark of its own. */
export type LinkState = 'works' | 'off' | 'denied' | 'failed' | 'throttled';

/** Milliseconds for which dropped values are news. */
const lately = 60_000;

/** @param now epoch milliseconds, asked for where it matters */
export function linkState(
  { enabled, whyCut }: Pick<Link, 'enabled' | 'whyCut'>,
  { isFailing, throttledAt }: Pick<Counters, 'isFailing' | 'throttledAt'>,
  now: () => number,
): LinkState {
  if (whyCut !== '') return 'denied';
  if (!enabled) return 'off';
  if (isFailing) return 'failed';
  return throttledAt !== null && now() - Date.parse(throttledAt) < lately ? 'throttled' : 'works';
}

import type { Counters, Link } from './graph.ts';

/** What is to be said of a link; each has a mark of its own. */
export type LinkState = 'works' | 'off' | 'denied' | 'failed' | 'throttled';
/** What went wrong lately, as far as the counters tell. */
export type Trouble = 'failed' | 'throttled' | undefined;

/** Milliseconds for which dropped values are news. */
const lately = 60_000;

const lost = ({ refused, looped }: Counters) => refused + looped;

/** From what is known when the canvas is loaded. @param now epoch milliseconds */
export function firstTrouble(counters: Counters, now: number): Trouble {
  if (lost(counters) > 0) return 'failed';
  const { last, throttled } = counters;
  return throttled > 0 && last && now - Date.parse(last.at) < lately ? 'throttled' : undefined;
}

/** From what happened between two looks at the counters. */
export function nextTrouble(known: Trouble, before: Counters, after: Counters): Trouble {
  if (lost(after) > lost(before)) return 'failed';
  if (after.throttled > before.throttled) return 'throttled';
  const wentWell = after.passed > before.passed || after.unchanged > before.unchanged;
  return wentWell ? undefined : known;
}

export function linkState({ enabled, whyCut }: Pick<Link, 'enabled' | 'whyCut'>, trouble: Trouble): LinkState {
  if (whyCut !== '') return 'denied';
  if (!enabled) return 'off';
  return trouble ?? 'works';
}

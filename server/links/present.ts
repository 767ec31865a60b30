import type { z } from 'zod';
import type { RouteAnswer } from '../http/contract.ts';
import { type linksContract, whyCut } from './contract.ts';
import type { Counter } from './counters.ts';
import type { LinkFlow } from './flow.ts';
import type { StoredLink } from './store.ts';

type Shown = RouteAnswer<(typeof linksContract)['GET /api/links/:id']>;
type End = StoredLink['output'];
export type Seen = { output: boolean; input: boolean };

/** A link as the API shows it; of an end that the caller may not see, its owner alone. */
export function presentLink(link: StoredLink, seen: Seen, flow: LinkFlow, now: number): Shown {
  return {
    id: link.uuid,
    output: presentEnd(link.output, seen.output),
    input: presentEnd(link.input, seen.input),
    transform: link.transform,
    minInterval: link.minIntervalMs ?? 0,
    onlyOnChange: link.onlyOnChange,
    enabled: link.enabled,
    whyCut: whyCut.parse(link.whyCut),
    madeBy: link.maker.username,
    createdAt: link.createdAt.toISOString(),
    counters: presentCounters(flow.counterOf(link.id), now),
  };
}

/** @param now epoch milliseconds */
export function presentCounters(counter: Counter, now: number): Shown['counters'] {
  const { last, passed, throttled, unchanged, refused, looped, isFailing, throttledAt } = counter;
  return {
    last: last ? { value: last.value, at: new Date(last.at).toISOString() } : null,
    perMinute: counter.perMinute(now),
    ...{ passed, throttled, unchanged, refused, looped, isFailing },
    throttledAt: throttledAt === undefined ? null : new Date(throttledAt).toISOString(),
  };
}

function presentEnd(
  { uuid, name, unit, owner }: End,
  isSeen: boolean,
): z.input<(typeof linksContract)['GET /api/links/:id']['reply']>['output'] {
  if (!isSeen) return { owner, id: null, name: null, unit: null };
  return { owner, id: uuid, name, unit: { id: unit.uuid, name: unit.name } };
}

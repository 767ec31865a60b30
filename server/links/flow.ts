import { isDeepStrictEqual } from 'node:util';
import type { LiveLink, LiveUnit } from '../directory/directory.ts';
import type { Entry, LinkedPart, Stop, Stored, ValueEvent } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import type { JsonValue } from '../variables/definition.ts';
import { type Cause, createCauses } from './causes.ts';
import { type Counter, createCounter } from './counters.ts';
import { linkTopic, loopDetail } from './words.ts';

/** Links that a value goes through in a row at most: past it something answers to its own doing. */
const mostHops = 8;

type Refusal = { unitId: number; unitUuid: string; reason: string; topic: string; detail: string };
type Deps = {
  refuse: (refusal: Refusal) => Promise<void>;
  /** The time for values of inputs: see journal.ts. */
  inputTime: () => number;
  log: Log;
  now?: () => number;
};

/** The values of a unit on their way through its links: in memory, for every message. */
export function createLinkFlow({ refuse, inputTime, log, now = Date.now }: Deps) {
  const counters = new Map<number, Counter>();
  const causes = createCauses();

  function counterOf(linkId: number): Counter {
    const known = counters.get(linkId);
    if (known) return known;
    const fresh = createCounter();
    counters.set(linkId, fresh);
    return fresh;
  }

  /** The input's owner is told, without waiting: the device has done nothing wrong. */
  function note(refusal: Refusal): void {
    refuse(refusal).catch((err) => log.warn({ err }, 'a refusal on a link could not be noted'));
  }

  function refused(link: LiveLink, output: string, problem: string): undefined {
    counterOf(link.id).refuse();
    note({
      ...{ unitId: link.unit.id, unitUuid: link.unit.uuid, reason: 'link-refused', topic: linkTopic(link.uuid) },
      detail: `${output} → ${link.input.name}: ${problem}`,
    });
  }

  function looped(link: LiveLink, unit: LiveUnit, output: string, trail: readonly Stop[]): void {
    counterOf(link.id).loop();
    note({
      ...{ unitId: unit.id, unitUuid: unit.uuid, reason: 'loop', topic: linkTopic(link.uuid) },
      detail: loopDetail(`${output} → ${link.input.name}`, trail, unit.ownerId),
    });
  }

  /** What an output's value becomes at the other end; undefined when it does not go through. */
  function through(link: LiveLink, output: string, given: JsonValue, at: number): JsonValue | undefined {
    const counter = counterOf(link.id);
    const result = link.transform(given);
    const problem = result.ok ? link.input.check(result.value) : result.problem;
    if (!result.ok || problem !== undefined) return refused(link, output, problem ?? '');
    const { last } = counter;
    if (link.onlyOnChange && last && isSame(last.value, result.value)) return void counter.leaveOut();
    if (last && at - last.at < link.minInterval) return void counter.throttle(at);
    counter.pass(result.value, at);
    return result.value;
  }

  function partsOf(unit: LiveUnit, events: readonly ValueEvent[], cause: Cause | undefined): LinkedPart[] {
    const hops = (cause?.hops ?? 0) + 1;
    const trail = cause?.trail ?? [stopOf(unit)];
    const parts = new Map<number, LinkedPart & { values: (ValueEvent & { linkId: number })[] }>();
    let at: number | undefined;
    for (const event of events) {
      const output = unit.variables.get(event.variableId)?.name ?? '';
      for (const link of unit.links.get(event.variableId) ?? []) {
        if (hops > mostHops) {
          looped(link, unit, output, trail);
          continue;
        }
        at ??= inputTime();
        const value = through(link, output, event.value, at);
        if (value === undefined) continue;
        const part = parts.get(link.unit.id) ?? emptyPart(link, hops, trail);
        parts.set(link.unit.id, part);
        const { id, uuid } = link.input;
        part.values.push({ variableId: id, variableUuid: uuid, at, value, corrected: false, linkId: link.id });
      }
    }
    return [...parts.values()];
  }

  return {
    /**
     * What the values of a unit's outputs feed. An input is a control, not a history: of several values of one output the newest
     * goes on, and none that is older than what the output has already.
     */
    follow(unit: LiveUnit, values: readonly ValueEvent[]): Pick<Entry, 'hops' | 'linked'> {
      const cause = causes.of(unit.uuid, now());
      const hops = cause?.hops;
      if (unit.links.size === 0) return { hops };
      const linked = partsOf(unit, newestOf(unit, values), cause);
      return linked.length > 0 ? { hops, linked } : { hops };
    },

    /** Could not be stored: what repeats it counts as a change. */
    undo(linked: readonly LinkedPart[]): void {
      for (const { linkId } of linked.flatMap(({ values }) => values)) counterOf(linkId).last = undefined;
    },

    /** Before the inputs are sent to their units. */
    delivering(stored: readonly Stored[]): void {
      const at = now();
      for (const { entry } of stored) {
        for (const { unitUuid, hops, trail } of entry.linked ?? []) causes.note(unitUuid, { at, hops, trail });
      }
    },

    /** By the id of the link; those through which nothing came yet have none. */
    counters: (): ReadonlyMap<number, Counter> => counters,
    counterOf: (linkId: number): Counter => counters.get(linkId) ?? createCounter(),
    forget: (linkId: number): void => void counters.delete(linkId),
  };
}

export type LinkFlow = ReturnType<typeof createLinkFlow>;

const stopOf = ({ uuid, name, ownerId }: LiveUnit): Stop => ({ unitUuid: uuid, name, ownerId });

function emptyPart({ unit }: LiveLink, hops: number, trail: readonly Stop[]) {
  const { id, uuid, name, ownerId } = unit;
  return { unitId: id, unitUuid: uuid, hops, trail: [...trail, { unitUuid: uuid, name, ownerId }], values: [] };
}

function newestOf(unit: LiveUnit, values: readonly ValueEvent[]): ValueEvent[] {
  const newest = new Map<number, ValueEvent>();
  for (const event of values) {
    const { variableId, at } = event;
    const known = newest.get(variableId) ?? unit.variables.get(variableId)?.last;
    if (unit.links.has(variableId) && (!known || at >= known.at)) newest.set(variableId, event);
  }
  return [...newest.values()];
}

const isSame = (a: JsonValue, b: JsonValue) => a === b || (typeof a === 'object' && isDeepStrictEqual(a, b));

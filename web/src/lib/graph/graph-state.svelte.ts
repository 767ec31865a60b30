import { createContext } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { LiveEvent } from '#lib/api/live-events.ts';
import { useClock } from '#lib/format/clock.svelte.ts';
import { type Counters, type Graph, type Line, type Link, type Place, type Port, placesOf } from './graph.ts';
import { type LinkState, linkState } from './link-state.ts';

type Reading = Pick<Port, 'value' | 'at'>;

type Deps = {
  /** As it was loaded last. */
  loaded: () => Graph;
  /** Something changed that only loading shows. */
  reload: () => void;
  /** Reads one link anew. */
  read: (id: string) => Promise<Link>;
};

/** From so many links on, all is read in one answer. */
const mostRead = 5;

/**
 * A canvas as it is now: what was loaded, and what the live stream said since. Readings are kept by port and by link, so that a
 * value renders one port anew and not the canvas. Call it during component initialisation.
 */
export function createGraph({ loaded, reload, read }: Deps) {
  const units = $derived(loaded().units);
  let lines = $derived(loaded().links);
  const places = $derived(placesOf(units));
  const lineById = $derived(new Map(lines.map((line) => [line.id, line])));
  const readings = new SvelteMap<string, Reading>();
  const presences = new SvelteMap<string, (typeof units)[number]['presence']>();
  const traffic = new SvelteMap<string, Counters>();
  const clock = useClock();
  /** The port that a link is being drawn from. */
  let drawnFrom = $state.raw<Port>();
  /** Too far away for texts to be read. */
  let isFar = $state(false);

  const countersOf = (link: Link): Counters => traffic.get(link.id) ?? link.counters;

  function hearLink({ id, change, counters }: Extract<LiveEvent, { kind: 'link' }>): void {
    if (counters) traffic.set(id, counters);
    if (change === 'deleted') drop(id);
  }

  /** Links that were made or changed; a lost right may cut hundreds at once. */
  function readAnew(events: LiveEvent[]): void {
    const ids = new Set<string>();
    for (const event of events) {
      if (event.kind === 'link' && event.change && event.change !== 'deleted') ids.add(event.id);
    }
    if (ids.size > mostRead) reload();
    else for (const id of ids) read(id).then(put, reload);
  }

  function take(event: LiveEvent): void {
    if (event.kind === 'link') hearLink(event);
    else if (event.kind === 'presence') presences.set(event.unit, event.presence);
    else if (event.kind === 'value') {
      // A device that empties its buffer tells old values too.
      if (event.at >= (readings.get(event.variable)?.at ?? '')) {
        readings.set(event.variable, { value: event.value as Port['value'], at: event.at });
      }
    }
  }

  /** A link was made or changed. */
  function put(link: Link): void {
    const isHere = (id: string | null) => id === null || places.has(id);
    // It brings a unit of somebody else with it.
    if (!isHere(link.output.id) || !isHere(link.input.id)) return reload();
    const line: Line = { id: link.id, output: link.output.id, input: link.input.id, own: link };
    const isKnown = lineById.has(link.id);
    lines = isKnown ? lines.map((one) => (one.id === link.id ? line : one)) : [...lines, line];
  }

  function drop(id: string): void {
    if (lineById.has(id)) lines = lines.filter((line) => line.id !== id);
  }

  return {
    get units() {
      return units;
    },
    get lines() {
      return lines;
    },
    get isEditable() {
      return loaded().isEditable;
    },
    get drawnFrom() {
      return drawnFrom;
    },
    set drawnFrom(port) {
      drawnFrom = port;
    },
    get isFar() {
      return isFar;
    },
    set isFar(far) {
      isFar = far;
    },
    take(events: LiveEvent[]): void {
      events.forEach(take);
      readAnew(events);
    },
    /** Counters of links begin anew with what was loaded. */
    forget: () => traffic.clear(),
    put,
    drop,
    placeOf: (port: string | null): Place | undefined => (port === null ? undefined : places.get(port)),
    lineOf: (id: string): Line | undefined => lineById.get(id),
    presenceOf: (unit: Pick<(typeof units)[number], 'id' | 'presence'>) => presences.get(unit.id) ?? unit.presence,

    readingOf(port: Port): Reading {
      const heard = readings.get(port.id);
      return heard && (heard.at ?? '') >= (port.at ?? '') ? heard : port;
    },

    countersOf,
    stateOf: (link: Link): LinkState => linkState(link, countersOf(link), () => clock.now),
  };
}

export type GraphState = ReturnType<typeof createGraph>;
export const [useGraph, provideGraph] = createContext<GraphState>();

import { SvelteMap } from 'svelte/reactivity';
import type { LiveEvent } from '#lib/api/live-events.ts';
import type { Presence, Unit, Variable } from './unit.ts';

/**
 * What the live stream said about units since they were loaded. What was loaded later wins by its time, so that
 * loading anew needs no clearing.
 */
export function createLiveUnits() {
  const values = new SvelteMap<string, Pick<Variable, 'value' | 'at'>>();
  const confirmations = new SvelteMap<string, string>();
  const presences = new SvelteMap<string, { presence: Presence; lastSeenAt: string | null }>();

  function take(event: LiveEvent): void {
    if (event.kind === 'value') {
      const known = values.get(event.variable)?.at ?? '';
      // A device that empties its buffer tells old values too.
      if (event.at >= known) values.set(event.variable, { value: event.value as Variable['value'], at: event.at });
    } else if (event.kind === 'confirmed') confirmations.set(event.variable, event.at);
    else if (event.kind === 'presence') presences.set(event.unit, event);
  }

  function current(variable: Variable): Variable {
    const heard = values.get(variable.id);
    const newer = heard && (heard.at ?? '') >= (variable.at ?? '') ? heard : undefined;
    return { ...variable, ...newer, confirmedAt: later(variable.confirmedAt, confirmations.get(variable.id)) };
  }

  function presenceOf(unit: Unit): Pick<Unit, 'presence' | 'lastSeenAt'> {
    const heard = presences.get(unit.id);
    const { presence, lastSeenAt } = heard && (heard.lastSeenAt ?? '') >= (unit.lastSeenAt ?? '') ? heard : unit;
    return { presence, lastSeenAt };
  }

  return {
    take: (events: LiveEvent[]) => events.forEach(take),

    /** A variable with its newest value. */
    current,

    /** A unit with its newest presence and the newest values of its variables. */
    whole<U extends Unit>(unit: U): U {
      return { ...unit, ...presenceOf(unit), variables: unit.variables.map(current) };
    },

    presenceOf,
  };
}

export type LiveUnits = ReturnType<typeof createLiveUnits>;

function later(known: string | null, heard: string | undefined): string | null {
  if (heard === undefined) return known;
  return known === null || heard > known ? heard : known;
}

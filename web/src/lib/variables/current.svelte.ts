import { followLive } from '#lib/api/live.svelte.ts';
import type { Variable } from './aggregate.ts';

/** A variable's value and its unit's presence as they are now; call it during component initialisation. */
export function followVariable(variable: () => Variable) {
  let current = $derived<Pick<Variable, 'value' | 'at'>>({ value: variable().value, at: variable().at });
  let confirmedAt = $derived(variable().confirmedAt);
  let presence = $derived(variable().unit.presence);

  followLive(
    () => ({ unit: variable().unit.id }),
    (events) => {
      for (const event of events) {
        if (event.kind === 'presence') presence = event.presence;
        if (event.kind === 'confirmed' && event.variable === variable().id) confirmedAt = event.at;
        if (event.kind !== 'value' || event.variable !== variable().id) continue;
        // A device may empty its buffer late: what it measured before is history, not the current value.
        if (current.at === null || event.at >= current.at) {
          current = { value: event.value as Variable['value'], at: event.at };
        }
      }
    },
  );

  return {
    get value() {
      return current.value;
    },
    get at() {
      return current.at;
    },
    /** Inputs: when the device acknowledged a value */
    get confirmedAt() {
      return confirmedAt;
    },
    get presence() {
      return presence;
    },
  };
}

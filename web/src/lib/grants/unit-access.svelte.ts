import { onDestroy, untrack } from 'svelte';
import { call } from '#lib/api/call.ts';
import { tellError } from '#lib/api/explain.ts';
import type { ApiReply } from '../../../../server/contract.ts';

export type UnitAccess = ApiReply<'GET /api/units/:id/access'>;
export type VariableAccess = UnitAccess['variables'][number];

/**
 * Who can do what on a unit of mine, read again whenever `unit` is another object: the page loads the unit anew when
 * its visibility, its variables or its grants change. Call it during component initialisation.
 */
export function followUnitAccess(unit: () => { id: string }) {
  let current = $state.raw<UnitAccess>();
  let readings = $state(0);
  let isOver = false;
  onDestroy(() => {
    isOver = true;
  });

  async function read() {
    const { id } = unit();
    const found = await call('GET /api/units/:id/access', { params: { id } }).catch(tellError);
    if (!found || isOver) return;
    current = found;
    readings += 1;
  }

  $effect(() => {
    void unit();
    void untrack(read);
  });

  return {
    /** undefined until it was read */
    get current() {
      return current;
    },
    /** Rises with each reading */
    get readings() {
      return readings;
    },
    read,
  };
}

import type { z } from 'zod';
import type { variable } from './contract.ts';
import type { StoredVariable } from './store.ts';

/** A variable as the API shows it. */
export function presentVariable(stored: StoredVariable): z.input<typeof variable> {
  const { uuid, name, direction, definition, visibility, writePolicy, deadband, value, at, confirmedAt } = stored;
  const times = { at: at?.toISOString() ?? null, confirmedAt: confirmedAt?.toISOString() ?? null };
  return { id: uuid, name, direction, definition, visibility, writePolicy, deadband, value, ...times };
}

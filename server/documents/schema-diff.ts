import { isDeepStrictEqual } from 'node:util';
import type { Definition } from '../variables/definition.ts';
import type { UnitSchema } from './schema.ts';

export type UnitDirection = 'none' | 'rx' | 'tx' | 'rxtx';

export type SchemaChange = { direction: 'input' | 'output'; name: string } & (
  | { change: 'added'; after: Definition }
  | { change: 'removed'; before: Definition }
  | { change: 'changed'; before: Definition; after: Definition }
);

/** A unit with inputs receives (rx), one with outputs transmits (tx). */
export function directionOf({ inputs, outputs }: UnitSchema): UnitDirection {
  const receives = Object.keys(inputs).length > 0;
  const transmits = Object.keys(outputs).length > 0;
  if (receives) return transmits ? 'rxtx' : 'rx';
  return transmits ? 'tx' : 'none';
}

/** What changing a unit's schema would do to its variables: inputs first, those that were there before new ones. */
export function diffSchema(before: UnitSchema, after: UnitSchema): SchemaChange[] {
  return [...diffGroup(before.inputs, after.inputs, 'input'), ...diffGroup(before.outputs, after.outputs, 'output')];
}

function diffGroup(
  before: Record<string, Definition>,
  after: Record<string, Definition>,
  direction: SchemaChange['direction'],
): SchemaChange[] {
  const old = new Map(Object.entries(before));
  const fresh = new Map(Object.entries(after));
  const changes: SchemaChange[] = [];
  for (const [name, was] of old) {
    const is = fresh.get(name);
    if (is === undefined) changes.push({ direction, name, change: 'removed', before: was });
    else if (!isDeepStrictEqual(was, is)) changes.push({ direction, name, change: 'changed', before: was, after: is });
  }
  for (const [name, is] of fresh) if (!old.has(name)) changes.push({ direction, name, change: 'added', after: is });
  return changes;
}

import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { mayRead, narrower, owns } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Caller } from '../users/caller.ts';
import { createChangingVariables, type SetInput } from './changing.ts';
import type { presence } from './contract.ts';
import type { Definition } from './definition.ts';
import { variablesRoutes } from './routes.ts';
import {
  countHistory,
  deleteVariables,
  insertVariables,
  type NewVariable,
  type OwningUnit,
  redefineVariables,
  type StoredVariable,
  variablesOfUnits,
  variableWithUnit,
} from './store.ts';

export type { SetInput } from './changing.ts';
export { presentVariable } from './present.ts';
export type { StoredVariable } from './store.ts';

export type Presence = z.output<typeof presence>;

/** Tells a unit's presence; `interval` is the smallest expected number of seconds between values of its outputs. */
export type PresenceOf = (unit: {
  uuid: string;
  lastSeenAt: Date | null;
  interval: number | undefined;
  security: 'sealed' | 'token';
}) => Presence;

/** The variables a schema.json asks for. */
type Wanted = { inputs: Record<string, Definition>; outputs: Record<string, Definition> };

/** Counting stops here: 100,000 stands for that or more, and takes some 20 ms. */
const mostCounted = 100_000;

type Deps = {
  db: Db;
  sectors: Sectors;
  presenceOf: PresenceOf;
  setInput: SetInput;
  /** Removes the history of variables (the journal's). */
  deleteEvents: (db: Db, variableIds: readonly number[]) => Promise<void>;
};

export function createVariables({ db, sectors, presenceOf, setInput, deleteEvents }: Deps) {
  async function readable(executor: Db, caller: Caller, uuid: string) {
    const found = await variableWithUnit(executor, uuid);
    if (!found || !mayReadVariable(caller, found.variable, found.unit)) throw notFound('variable');
    return found;
  }

  async function remove(tx: Db, ids: readonly number[]): Promise<void> {
    // The history first: it may be long, and whoever waits for the rows deleted after it waits for this transaction.
    await deleteEvents(tx, ids);
    await deleteVariables(tx, ids);
  }

  const changing = createChangingVariables({ db, readable, setInput });

  return {
    routes: variablesRoutes({ db, sectors, presenceOf, readable, changing }),

    /** A variable and its unit. @throws AppError 404 when there is none, or none that the caller may read */
    readable,

    /** @throws AppError 404 when there is none, or none that the caller may read */
    readableVariable: async (executor: Db, caller: Caller, uuid: string) =>
      (await readable(executor, caller, uuid)).variable,

    /** The variables of units by the units' ids: inputs first, each group in the order of schema.json. */
    ofUnits: async (executor: Db, unitIds: readonly number[]): Promise<Map<number, StoredVariable[]>> =>
      Map.groupBy(await variablesOfUnits(executor, unitIds), ({ unitId }) => unitId),

    /**
     * Brings a unit's variables to what its schema asks for. One that stays (same direction and name) keeps its UUID and
     * history; one that goes takes its history along.
     */
    async settle(tx: Db, unitId: number, wanted: Wanted): Promise<void> {
      const before = new Map((await variablesOfUnits(tx, [unitId])).map((one) => [keyOf(one), one.id]));
      const after = listed(wanted);
      const staying = after.flatMap((one) => {
        const id = before.get(keyOf(one));
        return id === undefined ? [] : [{ ...one, id }];
      });
      const kept = new Set(staying.map(({ id }) => id));
      await remove(
        tx,
        [...before.values()].filter((id) => !kept.has(id)),
      );
      await redefineVariables(tx, staying);
      await insertVariables(
        tx,
        unitId,
        after.filter((one) => !before.has(keyOf(one))),
      );
    },

    /** Removes all variables of units with their history; `lockUnits` runs between, before any of their rows is locked. */
    async removeOfUnits(tx: Db, unitIds: readonly number[], lockUnits: () => Promise<void>): Promise<void> {
      const ids = (await variablesOfUnits(tx, unitIds)).map(({ id }) => id);
      await deleteEvents(tx, ids);
      await lockUnits();
      await deleteVariables(tx, ids);
    },

    /** How many values each has in its history by the variable's id; 100,000 stands for that or more. */
    countHistory: (executor: Db, ids: readonly number[]) => countHistory(executor, ids, mostCounted),
  };
}

export type Variables = ReturnType<typeof createVariables>;

/** Inputs are the owner's alone. */
function mayReadVariable(caller: Caller, variable: StoredVariable, unit: OwningUnit): boolean {
  if (variable.direction === 'input') return owns(caller, unit.ownerId);
  return mayRead(caller, { ownerId: unit.ownerId, visibility: narrower(unit.visibility, variable.visibility) });
}

const keyOf = ({ direction, name }: { direction: string; name: string }) => `${direction} ${name}`;

function listed({ inputs, outputs }: Wanted): NewVariable[] {
  const group = (direction: 'input' | 'output', definitions: Record<string, Definition>) =>
    Object.entries(definitions).map(([name, definition], position) => {
      return { uuid: uuidv7(), direction, name, position, definition };
    });
  return [...group('input', inputs), ...group('output', outputs)];
}

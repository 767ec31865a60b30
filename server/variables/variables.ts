import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { type Asker, mayRead, maySet, owns, readableBy, sharedWith, type VariableFacts } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { forbidden, notFound } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import { type AccessNarrowed, createChangingVariables, type SetInput } from './changing.ts';
import type { presence } from './contract.ts';
import type { Definition } from './definition.ts';
import { variablesRoutes } from './routes.ts';
import {
  countHistory,
  deleteVariables,
  type FoundVariable,
  insertVariables,
  type NewVariable,
  redefineVariables,
  type StoredVariable,
  variableIdsWhere,
  variablesOfUnits,
  variableWithUnit,
} from './store.ts';

export type { AccessNarrowed, SetInput } from './changing.ts';
export { presentVariable } from './present.ts';
export type { FoundVariable, StoredVariable } from './store.ts';

export type Presence = z.output<typeof presence>;

/** Tells a unit's presence; `interval` is the smallest expected number of seconds between values of its outputs. */
export type PresenceOf = (unit: {
  uuid: string;
  lastSeenAt: Date | null;
  interval: number | undefined;
  security: 'sealed' | 'token';
}) => Presence;

/** Links are told, within the transaction, what changes or goes. */
export type LinkHooks = {
  recheck: (tx: Db, changed: { unitId: number }) => Promise<void>;
  going: (tx: Db, gone: { variableIds: readonly number[] }) => Promise<void>;
};

/** The variables a schema.json asks for. */
type Wanted = { inputs: Record<string, Definition>; outputs: Record<string, Definition> };

/** Counting stops here: 100,000 stands for that or more, and takes some 20 ms. */
const mostCounted = 100_000;

type Deps = {
  db: Db;
  sectors: Sectors;
  presenceOf: PresenceOf;
  setInput: SetInput;
  accessNarrowed: AccessNarrowed;
  links: LinkHooks;
  /** Removes the history of variables (the journal's). */
  deleteEvents: (db: Db, variableIds: readonly number[]) => Promise<void>;
};

export function createVariables(deps: Deps) {
  const { db, sectors, presenceOf, setInput, accessNarrowed, links, deleteEvents } = deps;

  async function readable(executor: Db, caller: Asker, uuid: string): Promise<FoundVariable> {
    const found = await variableWithUnit(executor, uuid);
    if (!found || !mayRead(caller, factsOf(found))) throw notFound('variable');
    return found;
  }

  async function writable(executor: Db, caller: Asker, uuid: string): Promise<FoundVariable> {
    const found = await readable(executor, caller, uuid);
    if (maySet(caller, factsOf(found))) return found;
    if (!owns(caller, found.unit.ownerId)) throw notFound('variable');
    throw forbidden('An output is set by its unit alone.');
  }

  async function remove(tx: Db, ids: readonly number[]): Promise<void> {
    await links.going(tx, { variableIds: ids });
    // The history first: it may be long, and whoever waits for the rows deleted after it waits for this transaction.
    await deleteEvents(tx, ids);
    await deleteVariables(tx, ids);
  }

  const changing = createChangingVariables({ db, readable, writable, setInput, accessNarrowed });

  return {
    routes: variablesRoutes({ db, sectors, presenceOf, readable, changing }),

    /** A variable and its unit. @throws AppError 404 when there is none, or none that the caller may read */
    readable,

    /** An input and its unit. @throws AppError 404 when there is none, or none that the caller may set, 403 an own output */
    writable,

    /** @throws AppError 404 when there is none, or none that the caller may read */
    readableVariable: async (executor: Db, caller: Asker, uuid: string) =>
      (await readable(executor, caller, uuid)).variable,

    /** Of the variables of these units, the ids of those that the caller may read. */
    readableIds: (executor: Db, caller: Asker, unitIds: readonly number[]) =>
      variableIdsWhere(executor, unitIds, readableBy(caller)),

    /** The same as if no unit were the caller's own: what is shown or granted to them. */
    sharedIds: (executor: Db, caller: Asker, unitIds: readonly number[]) =>
      variableIdsWhere(executor, unitIds, sharedWith(caller)),

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
      await links.recheck(tx, { unitId });
    },

    /** Removes all variables of units with their history; `lockUnits` runs between, before any of their rows is locked. */
    async removeOfUnits(tx: Db, unitIds: readonly number[], lockUnits: () => Promise<void>): Promise<void> {
      const ids = (await variablesOfUnits(tx, unitIds)).map(({ id }) => id);
      await links.going(tx, { variableIds: ids });
      await deleteEvents(tx, ids);
      await lockUnits();
      await deleteVariables(tx, ids);
    },

    /** How many values each has in its history by the variable's id; 100,000 stands for that or more. */
    countHistory: (executor: Db, ids: readonly number[]) => countHistory(executor, ids, mostCounted),
  };
}

export type Variables = ReturnType<typeof createVariables>;

const factsOf = ({ variable, unit, grants }: FoundVariable): VariableFacts => ({
  ownerId: unit.ownerId,
  unitVisibility: unit.visibility,
  variableVisibility: variable.visibility,
  direction: variable.direction,
  grants,
});

const keyOf = ({ direction, name }: { direction: string; name: string }) => `${direction} ${name}`;

function listed({ inputs, outputs }: Wanted): NewVariable[] {
  const group = (direction: 'input' | 'output', definitions: Record<string, Definition>) =>
    Object.entries(definitions).map(([name, definition], position) => {
      return { uuid: uuidv7(), direction, name, position, definition };
    });
  return [...group('input', inputs), ...group('output', outputs)];
}

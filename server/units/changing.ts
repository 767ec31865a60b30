import type { z } from 'zod';
import { narrower } from '../access.ts';
import { announce } from '../database/changes.ts';
import type { JsonObject } from '../database/columns.ts';
import type { Db } from '../database/connection.ts';
import { type Document, diffSchema, readDocuments } from '../documents/documents.ts';
import { conflict } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Person } from '../users/caller.ts';
import type { Definition } from '../variables/definition.ts';
import type { AccessNarrowed, Variables } from '../variables/variables.ts';
import { byDirection } from './by-direction.ts';
import type { unitsContract } from './contract.ts';
import type { Reading } from './reading.ts';
import { deleteUnits, idsOfOwner, lockProgress, updateDocuments, updateUnit } from './store.ts';

type Change = z.output<(typeof unitsContract)['PATCH /api/units/:id']['body']>;
type Deps = {
  db: Db;
  sectors: Sectors;
  variables: Variables;
  reading: Reading;
  accessNarrowed: AccessNarrowed;
  giveBackGrants: (tx: Db, unitIds: readonly number[]) => Promise<void>;
};

/** What owners do with their units; every change is announced to those that hold a copy. */
export function createChanging({ db, sectors, variables, reading, accessNarrowed, giveBackGrants }: Deps) {
  async function removeUnits(tx: Db, units: readonly { id: number; uuid: string }[]): Promise<void> {
    const ids = units.map(({ id }) => id);
    await giveBackGrants(tx, ids);
    await variables.removeOfUnits(tx, ids, () => lockProgress(tx, ids));
    await deleteUnits(tx, ids);
    await announce(tx, ...units.map(({ uuid }) => ({ unit: uuid })));
  }

  return {
    /** @throws AppError 404 the unit or the sector, 409 the name is taken */
    change: (owner: Person, uuid: string, { sector, ...change }: Change): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const { id, name, visibility, security, sectorId } = await reading.lockOwn(tx, owner, uuid);
        const place = sector === undefined ? sectorId : await sectors.sectorIdOf(tx, owner.userId, sector);
        await updateUnit(tx, id, {
          name: change.name ?? name,
          visibility: change.visibility ?? visibility,
          security: change.security ?? security,
          sectorId: place,
        });
        if (change.visibility && narrower(visibility, change.visibility) !== visibility) {
          const ofUnit = (await variables.ofUnits(tx, [id])).get(id) ?? [];
          await accessNarrowed(tx, { variableIds: ofUnit.map((one) => one.id) });
        }
        await announce(tx, { unit: uuid });
      }),

    /** Deletes a unit with its history. @throws AppError 404 */
    remove: (owner: Person, uuid: string): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const { id } = await reading.lockOwn(tx, owner, uuid);
        await removeUnits(tx, [{ id, uuid }]);
      }),

    /** Deletes all units of a user with their history, within the transaction that deletes the user. */
    forgetUnits: async (tx: Db, userId: number): Promise<void> => removeUnits(tx, await idsOfOwner(tx, userId)),

    /** What a new schema would change. @throws AppError 404, 422 the schema */
    async preview(owner: Person, uuid: string, schema: Document) {
      const { id } = await reading.own(owner, uuid);
      const after = readDocuments({ schema }).schema;
      const present = (await variables.ofUnits(db, [id])).get(id) ?? [];
      const changes = diffSchema(byDirection(present), after);
      const removed = changes.filter(({ change }) => change === 'removed');
      const idOf = new Map(present.map((one) => [`${one.direction} ${one.name}`, one.id]));
      const going = removed.flatMap(({ direction, name }) => idOf.get(`${direction} ${name}`) ?? []);
      const rows = await variables.countHistory(db, going);
      return changes.map((change) => {
        const variableId = idOf.get(`${change.direction} ${change.name}`);
        return change.change === 'removed' ? { ...change, historyRows: rows.get(variableId ?? 0) ?? 0 } : change;
      });
    },

    /** Changes the schema; variables that stay keep UUID and history. @throws AppError 404, 422 the documents */
    async changeSchema(owner: Person, uuid: string, given: { schema: Document; example?: Document }): Promise<void> {
      const { schema, document, example } = readDocuments(given);
      await db.transaction().execute(async (tx) => {
        const { id } = await reading.lockOwn(tx, owner, uuid);
        await updateDocuments(tx, id, {
          schema: JSON.stringify(document),
          ...(example && { example: JSON.stringify(example) }),
        });
        await variables.settle(tx, id, schema);
        await announce(tx, { unit: uuid });
      });
    },

    /**
     * Adds an output to the schema; everything else stays.
     * @throws AppError 404, 409 there is one of this name, 422 it cannot be one, or there are too many
     */
    async addOutput(owner: Person, uuid: string, { name, definition }: { name: string; definition: Definition }) {
      await db.transaction().execute(async (tx) => {
        const unit = await reading.lockOwn(tx, owner, uuid);
        const { schema, document } = readDocuments({ schema: withOutput(unit.schema, name, definition) });
        await updateDocuments(tx, unit.id, { schema: JSON.stringify(document) });
        await variables.settle(tx, unit.id, schema);
        await announce(tx, { unit: uuid });
      });
    },
  };
}

/** A schema.json with one more output; a list of names becomes an object, in which each of them means any JSON value. */
function withOutput(schema: JsonObject, name: string, definition: Definition): JsonObject {
  const group = schema.output_variables ?? {};
  const outputs = Array.isArray(group) ? Object.fromEntries(group.map((one) => [String(one), {}])) : group;
  if (typeof outputs !== 'object' || outputs === null) return schema;
  if (Object.hasOwn(outputs, name)) throw conflict(`The unit has an output "${name}" already.`);
  return { ...schema, output_variables: { ...outputs, [name]: definition } };
}

export type Changing = ReturnType<typeof createChanging>;

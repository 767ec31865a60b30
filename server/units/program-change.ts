import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { type Document, readDocuments, type UnitSchema } from '../documents/documents.ts';
import type { Variables } from '../variables/variables.ts';
import { type StoredUnit, updateDocuments } from './store.ts';

/** What a unit is made from: `id` of the version of its template, and its documents. */
type Version = { id: number; schema: Document; example: Document };

/** What a unit has while its program changes. The caller holds the unit's lock, and announces nothing itself. */
export function createProgramChange({ variables }: { variables: Variables }) {
  async function settle(tx: Db, { id, uuid }: StoredUnit, schema: UnitSchema): Promise<void> {
    await variables.settle(tx, id, schema);
    await announce(tx, { unit: uuid });
  }

  return {
    /** The old and the new program can both speak: nothing goes yet, and what differs is as the new one has it. */
    async begin(tx: Db, unit: StoredUnit, schema: Document): Promise<void> {
      const [before, after] = [readDocuments({ schema: unit.schema }).schema, readDocuments({ schema }).schema];
      const inputs = { ...before.inputs, ...after.inputs };
      await settle(tx, unit, { ...after, inputs, outputs: { ...before.outputs, ...after.outputs } });
    },

    /** The new program is the unit's: what it has not goes, with its history. */
    async finish(tx: Db, unit: StoredUnit, version: Version): Promise<void> {
      const { schema, document, example } = readDocuments(version);
      const documents = { schema: JSON.stringify(document), example: JSON.stringify(example) };
      await updateDocuments(tx, unit.id, { ...documents, templateVersionId: version.id });
      await settle(tx, unit, schema);
    },

    /** The old program stays: what came for the new one goes. */
    giveUp: (tx: Db, unit: StoredUnit): Promise<void> =>
      settle(tx, unit, readDocuments({ schema: unit.schema }).schema),
  };
}

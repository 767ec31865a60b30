import { type ExpressionBuilder, sql } from 'kysely';
import { type Asker, commandableBy, mayShareWith, sharedWith } from '../access.ts';
import type { Db } from '../database/connection.ts';
import type { Database, NewRow, Row } from '../database/tables.ts';
import type { Example } from '../documents/documents.ts';
import { conflict, notFound } from '../errors.ts';
import type { Person } from '../users/caller.ts';

const columns = [
  'units.id',
  'units.uuid',
  'units.ownerId',
  'units.sectorId',
  'units.name',
  'units.simulation',
  'units.schema',
  'units.example',
  'units.security',
  'units.visibility',
  'units.createdAt',
  'units.templateVersionId',
  'users.username as owner',
  'sectors.uuid as sector',
  'unitProgress.lastSeenAt',
  'unitProgress.state',
  'unitKeys.generation',
  'unitKeys.madeAt as keysMadeAt',
  'unitKeys.sealedSettings',
  sql<boolean>`unit_keys.other_generation is not null`.as('keysChanging'),
] as const;

export const selectUnits = (db: Db) =>
  db
    .selectFrom('units')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .innerJoin('unitProgress', 'unitProgress.unitId', 'units.id')
    .innerJoin('unitKeys', 'unitKeys.unitId', 'units.id')
    .leftJoin('sectors', 'sectors.id', 'units.sectorId')
    .select(columns);

export type StoredUnit = Awaited<ReturnType<ReturnType<typeof selectUnits>['execute']>>[number];

/** Its json_example.json, which was checked before it was stored. */
export const exampleOf = (unit: StoredUnit) => unit.example as Example;

export function unitByUuid(db: Db, uuid: string): Promise<StoredUnit | undefined> {
  return selectUnits(db).where('units.uuid', '=', uuid).executeTakeFirst();
}

/** The template a unit was made from, with the version it has and the newest there is. */
export async function templateOf(db: Db, versionId: number) {
  const found = await db
    .selectFrom('templateVersions as version')
    .innerJoin('templates', 'templates.id', 'version.templateId')
    .innerJoin('templateVersions as latest', 'latest.id', 'templates.latestVersionId')
    .select(['templates.uuid', 'templates.name', 'version.uuid as versionUuid', 'version.label'])
    .select(['latest.uuid as latestUuid', 'latest.label as latestLabel'])
    .where('version.id', '=', versionId)
    .executeTakeFirst();
  return found ?? null;
}

export type UnitTemplate = Awaited<ReturnType<typeof templateOf>>;

/** Upper and lower case alike in every script, also where the database's own locale folds ASCII only (C). */
export function contains(column: string, text: string) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return sql<boolean>`${sql.ref(column)} collate "und-x-icu" ilike ${pattern}`;
}

/**
 * Like unitByUuid, and nobody else changes the unit until the transaction ends. Rows may still refer to it: the journal stores
 * lines of its log while it holds what the transaction may want next.
 */
export function lockUnit(tx: Db, uuid: string): Promise<StoredUnit | undefined> {
  return selectUnits(tx).where('units.uuid', '=', uuid).forNoKeyUpdate('units').executeTakeFirst();
}

export function unitsOfOwner(db: Db, ownerId: number): Promise<StoredUnit[]> {
  return selectUnits(db)
    .where('units.ownerId', '=', ownerId)
    .orderBy(sql`lower(units.name)`)
    .orderBy('units.id')
    .execute();
}

/** What an address needs to know of each unit that somebody may command. */
export function addressedUnits(db: Db, caller: Pick<Person, 'userId'>) {
  return db
    .selectFrom('units')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .select(['units.id', 'units.uuid', 'units.name', 'units.sectorId', 'units.simulation', 'units.security'])
    .select(['units.ownerId', 'users.username as owner'])
    .where(commandableBy(caller))
    .execute();
}

export async function idsOfOwner(db: Db, ownerId: number): Promise<{ id: number; uuid: string }[]> {
  return db.selectFrom('units').select(['id', 'uuid']).where('ownerId', '=', ownerId).orderBy('id').execute();
}

/** Virtual units whose owners are not locked. */
export function simulatedUnits(db: Db, uuid?: string) {
  return db
    .selectFrom('units')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .select(['units.id', 'units.uuid', 'units.simulation'])
    .where('units.simulation', 'is not', null)
    .where('users.lockedAt', 'is', null)
    .$if(uuid !== undefined, (query) => query.where('units.uuid', '=', uuid ?? null))
    .execute();
}

/** Virtual units of an owner; those made at the same time wait for one another, so that none slips past a limit. */
export async function countSimulations(tx: Db, ownerId: number): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended('simulations', ${ownerId}))`.execute(tx);
  const row = await tx
    .selectFrom('units')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('ownerId', '=', ownerId)
    .where('simulation', 'is not', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

type Search = { caller: Asker; text: string };

/**
 * Units with at least one variable that is shown or granted to the caller, that have the text in their name, their owner's
 * name or the name of such a variable. What is hidden neither matches nor counts.
 */
const shownTo =
  ({ caller, text }: Search) =>
  ({ and, or, exists, selectFrom }: ExpressionBuilder<Database, 'units' | 'users'>) => {
    const shown = selectFrom('variables').whereRef('variables.unitId', '=', 'units.id').where(sharedWith(caller));
    return and([
      mayShareWith(caller),
      exists(shown.select('variables.id')),
      or([
        contains('units.name', text),
        contains('users.username', text),
        exists(shown.select('variables.id').where(contains('variables.name', text))),
      ]),
    ]);
  };

export function searchUnits(db: Db, search: Search & { limit: number; offset: number }): Promise<StoredUnit[]> {
  return selectUnits(db)
    .where(shownTo(search))
    .orderBy(sql`lower(units.name)`)
    .orderBy('units.id')
    .limit(search.limit)
    .offset(search.offset)
    .execute();
}

export async function countUnits(db: Db, search: Search): Promise<number> {
  const row = await db
    .selectFrom('units')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where(shownTo(search))
    .executeTakeFirstOrThrow();
  return row.total;
}

export type NewUnit = Omit<NewRow<'units'>, 'id' | 'createdAt'>;

/**
 * Makes a unit, with the row that will hold its progress.
 * @returns its id; undefined when the name is taken in this sector
 * @throws AppError 404 when the sector was removed meanwhile
 */
export async function insertUnit(tx: Db, unit: NewUnit): Promise<number | undefined> {
  const insert = tx
    .insertInto('units')
    .values(unit)
    .onConflict((on) => on.columns(['ownerId', 'sectorId', 'name']).doNothing());
  const made = await insert.returning('id').executeTakeFirst().catch(explain);
  if (made) await tx.insertInto('unitProgress').values({ unitId: made.id }).execute();
  return made?.id;
}

/** @throws AppError 409 when the name is taken in this sector, 404 when the sector was removed meanwhile */
export async function updateUnit(
  tx: Db,
  id: number,
  change: Partial<Pick<Row<'units'>, 'name' | 'sectorId' | 'visibility' | 'security'>>,
): Promise<void> {
  await tx.updateTable('units').set(change).where('id', '=', id).execute().catch(explain);
}

export async function updateDocuments(
  tx: Db,
  id: number,
  documents: { schema: string; example?: string; templateVersionId?: number },
): Promise<void> {
  await tx.updateTable('units').set(documents).where('id', '=', id).execute();
}

/** The journal locks progress before current values: so does who deletes both, or the two would wait for each other. */
export async function lockProgress(tx: Db, unitIds: readonly number[]): Promise<void> {
  if (unitIds.length === 0) return;
  const rows = tx.selectFrom('unitProgress').select('unitId').where('unitId', 'in', unitIds);
  await rows.orderBy('unitId').forUpdate().execute();
}

export async function deleteUnits(tx: Db, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await tx.deleteFrom('units').where('id', 'in', ids).execute();
}

/** SQLSTATE 23505: unique_violation, 23503: foreign_key_violation. */
function explain(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code === '23505') throw nameTaken();
  if (code === '23503' && constraint === 'units_sector_id_fkey') throw notFound('sector');
  throw error;
}

export const nameTaken = () => conflict('A unit of this name is already in this sector.');

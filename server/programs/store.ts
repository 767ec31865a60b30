import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';

export type StoredUpdate = Row<'unitUpdates'> & { unit: string; unitName: string; ownerId: number };
/** Updates kept of each unit. */
export const mostUpdates = 100;
export type UpdateStatus = StoredUpdate['status'];

const selectUpdates = (db: Db) =>
  db
    .selectFrom('unitUpdates')
    .innerJoin('units', 'units.id', 'unitUpdates.unitId')
    .selectAll('unitUpdates')
    .select(['units.uuid as unit', 'units.name as unitName', 'units.ownerId']);

/** @returns its id */
export async function insertUpdate(tx: Db, update: NewRow<'unitUpdates'>): Promise<number> {
  return (await tx.insertInto('unitUpdates').values(update).returning('id').executeTakeFirstOrThrow()).id;
}

export const updateById = (db: Db, id: number): Promise<StoredUpdate | undefined> =>
  selectUpdates(db).where('unitUpdates.id', '=', id).executeTakeFirst();

/** Like updateById, for whoever holds the lock of its unit. */
export const lockUpdate = (tx: Db, id: number): Promise<StoredUpdate | undefined> =>
  selectUpdates(tx).where('unitUpdates.id', '=', id).forUpdate('unitUpdates').executeTakeFirst();

export const updateByUuid = (db: Db, uuid: string): Promise<StoredUpdate | undefined> =>
  selectUpdates(db).where('unitUpdates.uuid', '=', uuid).executeTakeFirst();

export const updateOfCommand = (db: Db, commandUuid: string): Promise<StoredUpdate | undefined> =>
  selectUpdates(db).where('unitUpdates.commandUuid', '=', commandUuid).executeTakeFirst();

/** The one that is not over. */
export const openUpdate = (db: Db, unitId: number): Promise<StoredUpdate | undefined> =>
  selectUpdates(db)
    .where('unitUpdates.unitId', '=', unitId)
    .where('unitUpdates.finishedAt', 'is', null)
    .executeTakeFirst();

/** All that are not over, of all units. */
export const openUpdates = (db: Db): Promise<StoredUpdate[]> =>
  selectUpdates(db).where('unitUpdates.finishedAt', 'is', null).orderBy('unitUpdates.id').execute();

export const updatesWaitingFor = (db: Db, id: number): Promise<StoredUpdate[]> =>
  selectUpdates(db)
    .where('unitUpdates.waitsFor', '=', id)
    .where('unitUpdates.status', '=', 'waiting')
    .orderBy('unitUpdates.id')
    .execute();

/** Newest first. */
export const updatesOfUnit = (db: Db, unitId: number, limit: number): Promise<StoredUpdate[]> =>
  selectUpdates(db).where('unitUpdates.unitId', '=', unitId).orderBy('unitUpdates.id', 'desc').limit(limit).execute();

/** The newest of each of these units. */
export const lastUpdates = (db: Db, unitIds: readonly number[]): Promise<StoredUpdate[]> =>
  unitIds.length === 0
    ? Promise.resolve([])
    : selectUpdates(db)
        .distinctOn('unitUpdates.unitId')
        .where('unitUpdates.unitId', 'in', unitIds)
        .orderBy('unitUpdates.unitId')
        .orderBy('unitUpdates.id', 'desc')
        .execute();

type Change = Partial<Pick<Row<'unitUpdates'>, 'status' | 'detail' | 'commandUuid' | 'finishedAt'>>;

export async function changeUpdate(tx: Db, id: number, change: Change): Promise<void> {
  await tx.updateTable('unitUpdates').set(change).where('id', '=', id).execute();
}

/** Goes on from one status to the next, if it is there. @returns whether it was */
export async function stepUpdate(db: Db, id: number, from: UpdateStatus, to: UpdateStatus): Promise<boolean> {
  const step = db.updateTable('unitUpdates').set({ status: to }).where('id', '=', id).where('status', '=', from);
  return (await step.executeTakeFirst()).numUpdatedRows > 0n;
}

/** The unit is back after it has fetched. @returns the update's id, if it has one that is so far */
export async function beginTrial(db: Db, unitId: number): Promise<number | undefined> {
  const begun = await db
    .updateTable('unitUpdates')
    .set({ status: 'trial' })
    .where('unitId', '=', unitId)
    .where('finishedAt', 'is', null)
    .where('status', '=', 'fetching')
    .returning('id')
    .executeTakeFirst();
  return begun?.id;
}

export async function countFetched(db: Db, id: number, bytes: number): Promise<void> {
  await db
    .updateTable('unitUpdates')
    .set(({ eb }) => ({ filesFetched: eb('filesFetched', '+', 1), bytesFetched: eb('bytesFetched', '+', bytes) }))
    .where('id', '=', id)
    .execute();
}

/** Keeps the newest of a unit. */
export async function dropOldUpdates(tx: Db, unitId: number, kept: number): Promise<void> {
  await sql`
    delete from unit_updates where unit_id = ${unitId} and finished_at is not null and id not in (
      select id from unit_updates where unit_id = ${unitId} order by id desc limit ${kept})`.execute(tx);
}

/** Units of an owner that are made from a template, with the version they have. */
export function unitsOfTemplate(db: Db, ownerId: number, templateUuid: string) {
  return db
    .selectFrom('units')
    .innerJoin('templateVersions', 'templateVersions.id', 'units.templateVersionId')
    .innerJoin('templates', 'templates.id', 'templateVersions.templateId')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .select(['units.id', 'units.uuid', 'units.name', 'units.sectorId', 'users.username as owner'])
    .select(['templateVersions.uuid as versionUuid', 'templateVersions.label', 'templateVersions.id as versionId'])
    .select('templateVersions.templateId')
    .where('units.ownerId', '=', ownerId)
    .where('templates.uuid', '=', templateUuid)
    .orderBy(sql`lower(units.name)`)
    .orderBy('units.id')
    .execute();
}

/** The version a unit has; null: it was not made from a template. */
export async function versionOfUnit(db: Db, unitId: number): Promise<number | null> {
  const found = db.selectFrom('units').select('templateVersionId').where('id', '=', unitId);
  return (await found.executeTakeFirst())?.templateVersionId ?? null;
}

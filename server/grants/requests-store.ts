import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow } from '../database/tables.ts';

const selectRequests = (db: Db) =>
  db
    .selectFrom('accessRequests')
    .innerJoin('users as askers', 'askers.id', 'accessRequests.askerId')
    .leftJoin('variables', 'variables.id', 'accessRequests.variableId')
    .leftJoin('units', 'units.id', 'variables.unitId')
    .leftJoin('users as owners', 'owners.id', 'units.ownerId')
    .selectAll('accessRequests')
    .select(['askers.username as asker', 'askers.uuid as askerUuid'])
    .select(['variables.uuid as variable', 'variables.name as variableName', 'units.name as unitName'])
    .select(['units.ownerId', 'units.sectorId', 'owners.username as owner', 'owners.uuid as ownerUuid']);

/** A request with its asker; what it is for is missing when there is no such variable. */
export type StoredRequest = Awaited<ReturnType<ReturnType<typeof selectRequests>['execute']>>[number];

const mostListed = 200;

export function requestByUuid(db: Db, uuid: string): Promise<StoredRequest | undefined> {
  return selectRequests(db).where('accessRequests.uuid', '=', uuid).executeTakeFirst();
}

/** Like requestByUuid, and nobody else changes it until the transaction ends. */
export function lockRequest(tx: Db, uuid: string): Promise<StoredRequest | undefined> {
  return selectRequests(tx).where('accessRequests.uuid', '=', uuid).forUpdate('accessRequests').executeTakeFirst();
}

/** Those a user made, the newest first. */
export function requestsFrom(db: Db, askerId: number): Promise<StoredRequest[]> {
  return listed(db).where('accessRequests.askerId', '=', askerId).execute();
}

/** Those for what is a user's, the newest first. */
export function requestsTo(db: Db, ownerId: number): Promise<StoredRequest[]> {
  return listed(db).where('units.ownerId', '=', ownerId).execute();
}

const listed = (db: Db) => selectRequests(db).orderBy('accessRequests.id', 'desc').limit(mostListed);

/** Of an asker's open requests: all, and those to one target; of all askers' those to it. One asker's are counted one at a time. */
export async function countOpen(tx: Db, askerId: number, target: string) {
  await sql`select pg_advisory_xact_lock(hashtextextended('access requests', ${askerId}))`.execute(tx);
  const { rows } = await sql<{ own: number; ownToTarget: number; toTarget: number }>`
    select count(*) filter (where asker_id = ${askerId}) as own,
      count(*) filter (where asker_id = ${askerId} and target = ${target}) as own_to_target,
      count(*) filter (where target = ${target}) as to_target
    from access_requests where status = 'open' and (asker_id = ${askerId} or target = ${target})`.execute(tx);
  return rows[0] ?? { own: 0, ownToTarget: 0, toTarget: 0 };
}

export async function hasOpen(
  tx: Db,
  { askerId, address, access }: Pick<NewRow<'accessRequests'>, 'askerId' | 'address' | 'access'>,
): Promise<boolean> {
  const found = tx
    .selectFrom('accessRequests')
    .select('id')
    .where('askerId', '=', askerId)
    .where('status', '=', 'open');
  return (await found.where('address', '=', address).where('access', '=', access).execute()).length > 0;
}

export async function insertRequest(tx: Db, request: NewRow<'accessRequests'>): Promise<void> {
  await tx.insertInto('accessRequests').values(request).execute();
}

export async function answerRequest(
  tx: Db,
  id: number,
  answer: { status: 'granted' | 'declined'; answer: string; answeredAt: Date },
): Promise<void> {
  await tx.updateTable('accessRequests').set(answer).where('id', '=', id).execute();
}

/** @returns whether the asker had such a request */
export async function deleteRequest(tx: Db, askerId: number, uuid: string): Promise<boolean> {
  const gone = tx.deleteFrom('accessRequests').where('askerId', '=', askerId).where('uuid', '=', uuid);
  return (await gone.executeTakeFirst()).numDeletedRows === 1n;
}

/** Of the answered requests of an asker the newest stay. */
export async function dropAnswered(tx: Db, askerId: number, kept: number): Promise<void> {
  await sql`
    delete from access_requests where id in (
      select id from access_requests where asker_id = ${askerId} and status <> 'open'
      order by id desc offset ${kept})`.execute(tx);
}

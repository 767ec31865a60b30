import { sql } from 'kysely';
import { type Asker, type Right, readableBy } from '../access.ts';
import type { Db } from '../database/connection.ts';

const selectGrants = (db: Db) =>
  db
    .selectFrom('grants')
    .innerJoin('variables', 'variables.id', 'grants.variableId')
    .innerJoin('units', 'units.id', 'variables.unitId')
    .innerJoin('users as owners', 'owners.id', 'units.ownerId')
    .leftJoin('users as holders', 'holders.id', 'grants.userId')
    .leftJoin('units as through', 'through.id', 'grants.unitId')
    .leftJoin('users as throughOwners', 'throughOwners.id', 'through.ownerId')
    .select(['grants.id', 'grants.uuid', 'grants.access', 'grants.createdAt', 'grants.variableId'])
    .select(['variables.uuid as variable', 'variables.name as variableName', 'variables.unitId'])
    .select(['units.uuid as unit', 'units.name as unitName', 'units.sectorId', 'units.ownerId'])
    .select('units.visibility as unitVisibility')
    .select(['owners.username as owner', 'owners.uuid as ownerUuid', 'grants.userId', 'holders.username as holder'])
    .select(['through.id as throughId', 'through.uuid as through', 'through.name as throughName'])
    .select(['through.sectorId as throughSectorId', 'through.ownerId as throughOwnerId'])
    .select(['throughOwners.username as throughOwner'])
    // Whoever acts by it: the user, or the owner of the unit.
    .select(({ fn }) => fn.coalesce('holders.uuid', 'throughOwners.uuid').as('actorUuid'));

/** A grant with its variable, that one's unit and owner, and who holds it: a user, or a unit (`through`). */
export type StoredGrant = Awaited<ReturnType<ReturnType<typeof selectGrants>['execute']>>[number];
/** Whom it is given to: one of the two. */
export type Holder = { userId: number | null; unitId: number | null };

/** Longer lists are cut: who gave 1,000 can give no more, but anybody may be given to. */
const mostListed = 1_000;

export function grantByUuid(db: Db, uuid: string): Promise<StoredGrant | undefined> {
  return selectGrants(db).where('grants.uuid', '=', uuid).executeTakeFirst();
}

/** Like grantByUuid, and nobody else changes it until the transaction ends. */
export function lockGrant(tx: Db, uuid: string): Promise<StoredGrant | undefined> {
  return selectGrants(tx).where('grants.uuid', '=', uuid).forUpdate('grants').executeTakeFirst();
}

/** On what is this owner's, the newest first; of one unit where its id is given. */
export function grantsGiven(db: Db, ownerId: number, unitId?: number): Promise<StoredGrant[]> {
  return selectGrants(db)
    .where('units.ownerId', '=', ownerId)
    .$if(unitId !== undefined, (query) => query.where('units.id', '=', unitId ?? 0))
    .orderBy('grants.id', 'desc')
    .limit(mostListed)
    .execute();
}

/** Given to a user or to units of theirs, the newest first. */
export function grantsHeld(db: Db, userId: number): Promise<StoredGrant[]> {
  return selectGrants(db)
    .where(({ or, eb }) => or([eb('grants.userId', '=', userId), eb('through.ownerId', '=', userId)]))
    .orderBy('grants.id', 'desc')
    .limit(mostListed)
    .execute();
}

/** Grants on a variable and of an owner in all; those made at the same time wait for one another, so that none slips past a limit. */
export async function countGrants(tx: Db, ownerId: number, variableId: number): Promise<{ all: number; own: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('grants', ${ownerId}))`.execute(tx);
  const { rows } = await sql<{ all: number; own: number }>`
    select count(*) as all, count(*) filter (where grants.variable_id = ${variableId}) as own
    from grants join variables on variables.id = grants.variable_id join units on units.id = variables.unit_id
    where units.owner_id = ${ownerId}`.execute(tx);
  return rows[0] ?? { all: 0, own: 0 };
}

/** @returns whether there was none of this holder on this variable */
export async function insertGrant(
  tx: Db,
  grant: Holder & { uuid: string; variableId: number; access: Right },
): Promise<boolean> {
  const insert = tx
    .insertInto('grants')
    .values(grant)
    .onConflict((on) => on.doNothing());
  return (await insert.executeTakeFirst()).numInsertedOrUpdatedRows === 1n;
}

export async function deleteGrant(tx: Db, id: number): Promise<void> {
  await tx.deleteFrom('grants').where('id', '=', id).execute();
}

/** Takes away all that was given to units. @returns the ids of the variables */
export async function deleteGrantsOfUnits(tx: Db, unitIds: readonly number[]): Promise<number[]> {
  if (unitIds.length === 0) return [];
  const gone = await tx.deleteFrom('grants').where('unitId', 'in', unitIds).returning('variableId').execute();
  return gone.map(({ variableId }) => variableId);
}

/** Of these units, the ids of those that the caller sees something of. */
export async function visibleUnits(db: Db, caller: Asker, unitIds: readonly number[]): Promise<Set<number>> {
  if (unitIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('units')
    .leftJoin('variables', 'variables.unitId', 'units.id')
    .select('units.id')
    .distinct()
    .where('units.id', 'in', unitIds)
    .where(readableBy(caller))
    .execute();
  return new Set(rows.map(({ id }) => id));
}

export type UnitPlace = { ownerId: number; sectorId: number | null; name: string };

export function unitAt(db: Db, { ownerId, sectorId, name }: UnitPlace) {
  return db
    .selectFrom('units')
    .select(['id', 'uuid', 'ownerId'])
    .where('ownerId', '=', ownerId)
    .where('sectorId', sectorId === null ? 'is' : '=', sectorId)
    .where('name', '=', name)
    .executeTakeFirst();
}

export function unitByUuid(db: Db, uuid: string) {
  return db.selectFrom('units').select(['id', 'uuid', 'ownerId']).where('uuid', '=', uuid).executeTakeFirst();
}

/** An input and an output of one unit may have the same name. */
export function variablesAt(db: Db, unitId: number, name: string) {
  return db
    .selectFrom('variables')
    .select(['id', 'uuid', 'direction'])
    .where('unitId', '=', unitId)
    .where('name', '=', name)
    .execute();
}

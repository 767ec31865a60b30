import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';
import { conflict } from '../errors.ts';

const selectEndpoints = (db: Db) =>
  db
    .selectFrom('endpoints')
    .innerJoin('units', 'units.id', 'endpoints.unitId')
    .selectAll('endpoints')
    .select(['units.uuid as unitUuid', 'units.ownerId']);

/** With the unit it belongs to. */
export type StoredEndpoint = Awaited<ReturnType<ReturnType<typeof selectEndpoints>['execute']>>[number];

export function endpointByUuid(db: Db, uuid: string): Promise<StoredEndpoint | undefined> {
  return selectEndpoints(db).where('endpoints.uuid', '=', uuid).executeTakeFirst();
}

/** One that takes submissions: it is switched on, and its owner is not locked. */
export function openEndpoint(db: Db, uuid: string): Promise<StoredEndpoint | undefined> {
  return selectEndpoints(db)
    .innerJoin('users', 'users.id', 'units.ownerId')
    .where('endpoints.uuid', '=', uuid)
    .where('endpoints.enabled', '=', true)
    .where('users.lockedAt', 'is', null)
    .executeTakeFirst();
}

export function endpointsOfUnit(db: Db, unitId: number): Promise<StoredEndpoint[]> {
  return selectEndpoints(db).where('endpoints.unitId', '=', unitId).orderBy('endpoints.id').execute();
}

/** Endpoints of an owner, and of one unit of theirs; those made at the same time wait for one another. */
export async function countEndpoints(
  tx: Db,
  ownerId: number,
  unitId: number,
): Promise<{ all: number; ofUnit: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended('endpoints', ${ownerId}))`.execute(tx);
  return tx
    .selectFrom('endpoints')
    .innerJoin('units', 'units.id', 'endpoints.unitId')
    .select(({ fn }) => [
      fn.countAll<number>().as('all'),
      fn.countAll<number>().filterWhere('endpoints.unitId', '=', unitId).as('ofUnit'),
    ])
    .where('units.ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
}

/** @throws AppError 409 when the unit has one of this name */
export async function insertEndpoint(tx: Db, endpoint: NewRow<'endpoints'>): Promise<void> {
  await tx.insertInto('endpoints').values(endpoint).execute().catch(explain);
}

type Change = Partial<Pick<Row<'endpoints'>, 'name' | 'enabled' | 'secretHash' | 'sealedSecret' | 'secretMadeAt'>>;

/** @throws AppError 409 when the unit has one of this name */
export async function updateEndpoint(db: Db, id: number, change: Change): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await db.updateTable('endpoints').set(change).where('id', '=', id).execute().catch(explain);
}

/** Those with the old one are turned away from this commit on. */
export async function replaceSecret(db: Db, id: number, secret: Change): Promise<void> {
  await db
    .updateTable('endpoints')
    .set({ ...secret, secretGeneration: sql`secret_generation + 1` })
    .where('id', '=', id)
    .execute();
}

export async function deleteEndpoint(db: Db, id: number): Promise<void> {
  await db.deleteFrom('endpoints').where('id', '=', id).execute();
}

/**
 * Whether the endpoint still is as it was when somebody was let in; it stays so until the transaction ends, since whoever
 * switches it off or remakes its secret waits for that.
 */
export async function holdOpen(tx: Db, { id, secretGeneration }: StoredEndpoint): Promise<boolean> {
  const held = await tx
    .selectFrom('endpoints')
    .select('id')
    .where('id', '=', id)
    .where('enabled', '=', true)
    .where('secretGeneration', '=', secretGeneration)
    .forShare()
    .executeTakeFirst();
  return held !== undefined;
}

/** SQLSTATE 23505: unique_violation. */
function explain(error: unknown): never {
  if ((error as { code?: string }).code === '23505') throw conflict('The unit has an endpoint of this name.');
  throw error;
}

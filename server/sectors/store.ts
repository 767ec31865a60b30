import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { conflict } from '../errors.ts';
import type { SectorRow } from './tree.ts';

/** Lets one transaction at a time change this user's tree, so that depth, number and cycles are checked against what stays. */
export async function lockSectors(tx: Db, ownerId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('sectors', ${ownerId}))`.execute(tx);
}

/** All sectors of one owner, or of several. */
export function sectorsOf(db: Db, ...ownerIds: readonly number[]): Promise<SectorRow[]> {
  const all = db.selectFrom('sectors').select(['id', 'uuid', 'parentId', 'name']);
  return all.where('ownerId', '=', sql<number>`any(${ownerIds}::bigint[])`).execute();
}

export async function sectorId(db: Db, ownerId: number, uuid: string): Promise<number | undefined> {
  const found = db.selectFrom('sectors').select('id').where('ownerId', '=', ownerId).where('uuid', '=', uuid);
  return (await found.executeTakeFirst())?.id;
}

export function insertSector(db: Db, row: Omit<SectorRow, 'id'> & { ownerId: number }): Promise<SectorRow> {
  return db.insertInto('sectors').values(row).returning(['id', 'uuid', 'parentId', 'name']).executeTakeFirstOrThrow();
}

export async function updateSector(db: Db, { id, parentId, name }: SectorRow): Promise<void> {
  await db.updateTable('sectors').set({ parentId, name }).where('id', '=', id).execute();
}

export async function unitNamesIn(db: Db, sectorId: number): Promise<string[]> {
  const rows = await db.selectFrom('units').select('name').where('sectorId', '=', sectorId).orderBy('name').execute();
  return rows.map((row) => row.name);
}

/** @throws AppError 409 when a unit was put into it meanwhile */
export async function deleteSector(db: Db, id: number): Promise<void> {
  try {
    await db.deleteFrom('sectors').where('id', '=', id).execute();
  } catch (error) {
    if (!['23001', '23503'].includes((error as { code?: string }).code ?? '')) throw error;
    throw conflict('A unit was just put into this sector: move or delete it first.');
  }
}

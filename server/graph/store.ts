import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';

/** Of a user: that of a sector, or of everything. */
export type Canvas = { userId: number; sectorId: number | null };

/** A unit that was moved on a canvas, or put there. */
export type Placed = { unit: string; x: number | null; y: number | null; isAdded: boolean };

/** Lets one transaction at a time change the canvases of a user, so that none slips past a limit. */
export async function lockCanvases(tx: Db, userId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('graph', ${userId}))`.execute(tx);
}

const onCanvas = ({ userId, sectorId }: Canvas) => sql<boolean>`
  graph_units.user_id = ${userId} and graph_units.sector_id is not distinct from ${sectorId}`;

/** All that was moved on a canvas or put there, whether its user still sees it or not. */
export function placedOn(db: Db, canvas: Canvas): Promise<Placed[]> {
  return db
    .selectFrom('graphUnits')
    .innerJoin('units', 'units.id', 'graphUnits.unitId')
    .select(['units.uuid as unit', 'graphUnits.x', 'graphUnits.y', 'graphUnits.isAdded'])
    .where(onCanvas(canvas))
    .execute();
}

/**
 * @param places one for each unit at most
 * @throws AppError 404 when a unit or the sector was removed meanwhile
 */
export async function savePositions(
  tx: Db,
  { userId, sectorId }: Canvas,
  places: readonly { unitId: number; x: number; y: number }[],
): Promise<void> {
  await sql`
    insert into graph_units (user_id, sector_id, unit_id, x, y)
    select ${userId}::bigint, ${sectorId}::bigint, place.* from unnest(
      ${places.map(({ unitId }) => unitId)}::bigint[],
      ${places.map(({ x }) => x)}::float8[], ${places.map(({ y }) => y)}::float8[]) as place
    on conflict (user_id, sector_id, unit_id) do update set x = excluded.x, y = excluded.y`
    .execute(tx)
    .catch(explain);
}

export async function countPlaced(tx: Db, canvas: Canvas): Promise<number> {
  const rows = tx.selectFrom('graphUnits').select(({ fn }) => fn.countAll<number>().as('count'));
  return (await rows.where(onCanvas(canvas)).executeTakeFirstOrThrow()).count;
}

/** @throws AppError 404 when it or the sector was removed meanwhile */
export async function addUnit(tx: Db, canvas: Canvas, unitId: number): Promise<void> {
  await tx
    .insertInto('graphUnits')
    .values({ ...canvas, unitId, isAdded: true })
    .onConflict((on) => on.columns(['userId', 'sectorId', 'unitId']).doUpdateSet({ isAdded: true }))
    .execute()
    .catch(explain);
}

/** It keeps its position, for when it comes back. */
export async function takeOffUnit(db: Db, canvas: Canvas, uuid: string): Promise<void> {
  const unit = db.selectFrom('units').select('id').where('uuid', '=', uuid);
  await db
    .updateTable('graphUnits')
    .set({ isAdded: false })
    .where(onCanvas(canvas))
    .where('unitId', '=', unit)
    .execute();
}

/** SQLSTATE 23503: foreign_key_violation. */
function explain(error: unknown): never {
  const { code, constraint } = error as { code?: string; constraint?: string };
  if (code === '23503') throw notFound(constraint === 'graph_units_sector_id_fkey' ? 'sector' : 'unit');
  throw error;
}

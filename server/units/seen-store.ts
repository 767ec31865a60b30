import { type ExpressionBuilder, sql } from 'kysely';
import { type Asker, mayShareWith, sharedWith } from '../access.ts';
import type { Db } from '../database/connection.ts';
import type { Database } from '../database/tables.ts';
import { type StoredUnit, selectUnits } from './store.ts';

/** Units by what they are: of this owner (in one of these sectors, where they are given), or with one of these UUIDs. */
export type Which = { ownerId?: number; sectors?: readonly string[]; uuids?: readonly string[] };

/** Whether the caller sees anything of a unit: all of their own, of others those with a variable that is shown or granted. */
const seenBy =
  (caller: Asker) =>
  ({ eb, and, or, exists, selectFrom }: ExpressionBuilder<Database, 'units'>) => {
    const shown = selectFrom('variables').whereRef('variables.unitId', '=', 'units.id').where(sharedWith(caller));
    const isShown = and([mayShareWith(caller), exists(shown.select('variables.id'))]);
    return caller.kind === 'person' ? or([eb('units.ownerId', '=', caller.userId), isShown]) : isShown;
  };

/** Those that the caller sees something of, ordered by name. */
export function seenUnits(db: Db, caller: Asker, which: Which & { limit: number }): Promise<StoredUnit[]> {
  const { ownerId, sectors, uuids = [], limit } = which;
  const inSectors = sectors === undefined ? sql`true` : sql`sectors.uuid = any(${sectors}::uuid[])`;
  return selectUnits(db)
    .where(sql<boolean>`((units.owner_id = ${ownerId ?? null} and ${inSectors}) or units.uuid = any(${uuids}::uuid[]))`)
    .where(seenBy(caller))
    .orderBy(sql`lower(units.name)`)
    .orderBy('units.id')
    .limit(limit)
    .execute();
}

/** The ids by the UUIDs of those that the caller sees something of. */
export async function seenIds(db: Db, caller: Asker, uuids: readonly string[]): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('units')
    .select(['id', 'uuid'])
    .where(sql<boolean>`units.uuid = any(${uuids}::uuid[])`)
    .where(seenBy(caller))
    .execute();
  return new Map(rows.map(({ id, uuid }) => [uuid, id]));
}

import { owns, readableBy } from '../access.ts';
import type { Db } from '../database/connection.ts';
import type { Caller } from '../users/caller.ts';

export type Asked = { variables?: string[]; units?: string[]; mine?: boolean; presence?: 'mine'; links?: 'mine' };

/** What a caller may hear of what was asked for; foreign or missing things are left out without a word. */
export type Audible = { variables: Set<string>; units: Set<string>; ownUnits: Set<string> };

export async function audible(db: Db, caller: Caller, asked: Asked): Promise<Audible> {
  const rows = await db
    .selectFrom('variables')
    .rightJoin('units', 'units.id', 'variables.unitId')
    .select(['units.uuid as unit', 'units.ownerId', 'variables.uuid as variable'])
    .where(({ or, eb }) =>
      or([
        ...(asked.variables?.length ? [eb('variables.uuid', 'in', asked.variables)] : []),
        ...(asked.units?.length ? [eb('units.uuid', 'in', asked.units)] : []),
        ...(asked.mine && caller.kind === 'person' ? [eb('units.ownerId', '=', caller.userId)] : []),
      ]),
    )
    .where(readableBy(caller))
    .execute();
  const heard: Audible = { variables: new Set(), units: new Set(), ownUnits: new Set() };
  for (const row of rows) {
    heard.units.add(row.unit);
    if (owns(caller, row.ownerId)) heard.ownUnits.add(row.unit);
    if (row.variable) heard.variables.add(row.variable);
  }
  if (asked.presence && caller.kind === 'person') {
    for (const unit of await unitsOf(db, caller.userId)) heard.units.add(unit);
  }
  return heard;
}

async function unitsOf(db: Db, userId: number): Promise<string[]> {
  const rows = await db.selectFrom('units').select('uuid').where('ownerId', '=', userId).execute();
  return rows.map(({ uuid }) => uuid);
}

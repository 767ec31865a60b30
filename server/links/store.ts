import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow } from '../database/tables.ts';
import type { Definition, JsonValue } from '../variables/definition.ts';
import type { Transform } from './transform.ts';

type End = {
  id: number;
  uuid: string;
  name: string;
  definition: Definition;
  unit: { id: number; uuid: string; name: string };
  ownerId: number;
  ownerUuid: string;
  owner: string;
};

export type StoredLink = {
  id: number;
  uuid: string;
  transform: Transform | null;
  minIntervalMs: number | null;
  onlyOnChange: boolean;
  enabled: boolean;
  whyCut: string;
  createdAt: Date;
  maker: { id: number; uuid: string; username: string; role: 'administrator' | 'user' };
  output: End;
  input: End;
  /** Whether its maker or the owner of an end is locked. */
  isAnyoneLocked: boolean;
};

/** Links by what they touch: any of these. `userId` is the owner of either end or the maker, `makerId` the maker alone. */
export type Scope = { variableIds?: readonly number[]; unitId?: number; userId?: number; makerId?: number };

const endOf = (variable: string, unit: string, owner: string) => sql`json_build_object(
  'id', ${sql.ref(`${variable}.id`)}, 'uuid', ${sql.ref(`${variable}.uuid`)}, 'name', ${sql.ref(`${variable}.name`)},
  'definition', ${sql.ref(`${variable}.definition`)},
  'unit', json_build_object('id', ${sql.ref(`${unit}.id`)}, 'uuid', ${sql.ref(`${unit}.uuid`)}, 'name', ${sql.ref(`${unit}.name`)}),
  'ownerId', ${sql.ref(`${owner}.id`)}, 'ownerUuid', ${sql.ref(`${owner}.uuid`)}, 'owner', ${sql.ref(`${owner}.username`)})`;

/** @param where over l (the link), o and i (output and input), ou and iu (their units), oo and io (their owners) */
async function selectLinks(db: Db, where: RawBuilder<unknown>): Promise<StoredLink[]> {
  const result = await sql<StoredLink>`
    select l.id, l.uuid, l.transform, l.min_interval_ms, l.only_on_change, l.enabled, l.why_cut, l.created_at,
      json_build_object('id', m.id, 'uuid', m.uuid, 'username', m.username, 'role', m.role) as maker,
      ${endOf('o', 'ou', 'oo')} as output, ${endOf('i', 'iu', 'io')} as input,
      coalesce(m.locked_at, oo.locked_at, io.locked_at) is not null as is_anyone_locked
    from links l join users m on m.id = l.created_by
      join variables o on o.id = l.output_id join units ou on ou.id = o.unit_id join users oo on oo.id = ou.owner_id
      join variables i on i.id = l.input_id join units iu on iu.id = i.unit_id join users io on io.id = iu.owner_id
    where ${where} order by l.id`.execute(db);
  return result.rows;
}

const touches = (userId: number) =>
  sql`(l.created_by = ${userId} or ou.owner_id = ${userId} or iu.owner_id = ${userId})`;

/** Of those that touch this user: all, or at a unit, or at units in a sector or below it. */
export function linksOf(
  db: Db,
  userId: number,
  only: { unit?: string; sectorId?: number; limit: number },
): Promise<StoredLink[]> {
  const ofUnit = only.unit ? sql`and ${only.unit}::uuid in (ou.uuid, iu.uuid)` : sql``;
  const ofSector =
    only.sectorId === undefined
      ? sql``
      : sql`and exists (
          with recursive below as (
            select id from sectors where id = ${only.sectorId}
            union all select s.id from sectors s join below on s.parent_id = below.id)
          select from below where below.id in (ou.sector_id, iu.sector_id))`;
  return selectLinks(
    db,
    sql`l.id in (
    select l.id from links l
      join variables o on o.id = l.output_id join units ou on ou.id = o.unit_id
      join variables i on i.id = l.input_id join units iu on iu.id = i.unit_id
    where ${touches(userId)} ${ofUnit} ${ofSector} order by l.id limit ${only.limit})`,
  );
}

/** The links that are switched on from and to some of these variables (UUIDs). */
export async function linksBetween(db: Db, variables: readonly string[], limit: number) {
  const result = await sql<{ id: string; output: string; input: string }>`
    select l.uuid as id, o.uuid as output, i.uuid as input
    from links l join variables o on o.id = l.output_id join variables i on i.id = l.input_id
    where l.enabled and o.uuid = any(${variables}::uuid[]) and i.uuid = any(${variables}::uuid[])
    order by l.id limit ${limit}`.execute(db);
  return result.rows;
}

/** Of these links those of some of these users (UUIDs), each with which: owners of its ends, or its maker. */
export async function linksOfUsers(db: Db, ids: readonly number[], users: readonly string[]) {
  const result = await sql<{ id: number; uuid: string; users: string[] }>`
    select l.id, l.uuid, json_agg(u.uuid) as users
    from links l join variables o on o.id = l.output_id join units ou on ou.id = o.unit_id
      join variables i on i.id = l.input_id join units iu on iu.id = i.unit_id
      join users u on u.id in (l.created_by, ou.owner_id, iu.owner_id)
    where l.id = any(${ids}::bigint[]) and u.uuid = any(${users}::uuid[])
    group by l.id`.execute(db);
  return result.rows;
}

/** A link that touches this user. */
export async function linkOf(db: Db, userId: number, uuid: string): Promise<StoredLink | undefined> {
  return (await selectLinks(db, sql`l.uuid = ${uuid} and ${touches(userId)}`))[0];
}

export function linksTouching(db: Db, { variableIds = [], unitId, userId, makerId }: Scope): Promise<StoredLink[]> {
  const ends = sql`
    select id from variables where id = any(${variableIds}::bigint[])
    union select id from variables where unit_id = ${unitId ?? null}
    union select v.id from variables v join units u on u.id = v.unit_id where u.owner_id = ${userId ?? null}`;
  return selectLinks(
    db,
    sql`l.id in (
    with ends as materialized (${ends})
    select l.id from links l join ends on ends.id = l.output_id
    union select l.id from links l join ends on ends.id = l.input_id
    union select l.id from links l where l.created_by in (${userId ?? null}, ${makerId ?? null}))`,
  );
}

/** The links of a unit's outputs that are switched on, with what their values need. */
export function enabledLinksFrom(db: Db, unitId: number): Promise<StoredLink[]> {
  return selectLinks(db, sql`o.unit_id = ${unitId} and l.enabled`);
}

/**
 * Holds who makes a link and both ends as they are, in the order in which everybody takes these locks: users, units, variables.
 * Who narrows a visibility meanwhile comes before, or finds the link.
 */
export async function holdEnds(tx: Db, userId: number, variables: readonly [string, string]): Promise<void> {
  await sql`select from users where id = ${userId} for no key update`.execute(tx);
  await sql`
    select from units where id in (select unit_id from variables where uuid = any(${variables}::uuid[]))
    order by id for share`.execute(tx);
  await sql`select from variables where uuid = any(${variables}::uuid[]) order by id for share`.execute(tx);
}

/** How many links the output has, and how many this user made. */
export async function countLinks(tx: Db, outputId: number, userId: number): Promise<{ output: number; user: number }> {
  // One output at a time: of two that are made at once the second one counts the first.
  await sql`select pg_advisory_xact_lock(hashtextextended('links', ${outputId}))`.execute(tx);
  const result = await sql<{ output: number; user: number }>`
    select (select count(*) from links where output_id = ${outputId}) as output,
      (select count(*) from links where created_by = ${userId}) as user`.execute(tx);
  return result.rows[0] ?? { output: 0, user: 0 };
}

/** @returns false when the two are linked already */
export async function insertLink(tx: Db, link: NewRow<'links'>): Promise<boolean> {
  const made = await tx
    .insertInto('links')
    .values(link)
    .onConflict((conflict) => conflict.columns(['outputId', 'inputId']).doNothing())
    .returning('id')
    .executeTakeFirst();
  return made !== undefined;
}

type Settings = Pick<
  NewRow<'links'>,
  'transform' | 'minIntervalMs' | 'onlyOnChange' | 'enabled' | 'whyCut' | 'createdBy'
>;

export async function updateLink(tx: Db, id: number, change: Partial<Settings>): Promise<void> {
  await tx.updateTable('links').set(change).where('id', '=', id).execute();
}

export async function deleteLink(tx: Db, id: number): Promise<void> {
  await tx.deleteFrom('links').where('id', '=', id).execute();
}

export type LinkEvent = { at: Date; value: JsonValue; hops: number };
export type LinkRefusal = { at: Date; reason: string; detail: string; count: number };

export async function lastValues(db: Db, linkId: number, limit: number): Promise<LinkEvent[]> {
  const result = await sql<{ at: Date; number: number | null; json: JsonValue; hops: number }>`
    select at, number, json, hops from events where link_id = ${linkId}
    order by at desc, tx desc, n desc limit ${limit}`.execute(db);
  return result.rows.map(({ number, json, ...row }) => ({ ...row, value: number ?? json }));
}

/** What was refused on a link, at the units of both ends. */
export function lastRefusals(
  db: Db,
  request: { unitIds: number[]; topic: string; limit: number },
): Promise<LinkRefusal[]> {
  return db
    .selectFrom('refusals')
    .select(['lastAt as at', 'reason', 'detail', 'count'])
    .where('unitId', 'in', request.unitIds)
    .where('topic', '=', request.topic)
    .orderBy('lastAt', 'desc')
    .limit(request.limit)
    .execute();
}

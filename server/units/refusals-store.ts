import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';

/** What was refused from one unit for one reason at one topic, `count` times between the two times. */
export type RefusalRow = {
  unitId: number;
  reason: string;
  topic: string;
  detail: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
};

/** Rows kept of each unit. */
export const mostRefusals = 100;

/**
 * Stores refusals, at most `mostRefusals` of one unit, in one statement for all units. A row younger than ten minutes that
 * says the same is raised, otherwise there is a new one; the oldest go when a unit has too many. Units that are gone are left out.
 */
export async function storeRefusals(db: Db, rows: readonly RefusalRow[]): Promise<void> {
  const sorted = rows.toSorted((a, b) => a.unitId - b.unitId);
  await sql`
    with noted as materialized (
      select n.* from unnest(
        ${sorted.map((row) => row.unitId)}::bigint[], ${sorted.map((row) => row.reason)}::text[],
        ${sorted.map((row) => row.topic)}::text[], ${sorted.map((row) => row.detail)}::text[],
        ${sorted.map((row) => row.count)}::bigint[], ${sorted.map((row) => row.firstAt)}::timestamptz[],
        ${sorted.map((row) => row.lastAt)}::timestamptz[]
      ) with ordinality as n(unit_id, reason, topic, detail, count, first_at, last_at, place)
      join units on units.id = n.unit_id for key share of units),
    raised as (
      update refusals r set count = r.count + n.count, last_at = n.last_at, detail = n.detail
      from noted n
      where r.unit_id = n.unit_id and r.id = (
        select same.id from refusals same
        where same.unit_id = n.unit_id and same.reason = n.reason and same.topic = n.topic
          and same.last_at > n.first_at - interval '10 minutes'
        order by same.last_at desc, same.id desc limit 1)
      returning r.id, r.unit_id, r.reason, r.topic),
    dropped as (
      delete from refusals where id in (
        select ranked.id from (
          select r.id, r.unit_id, row_number() over (partition by r.unit_id order by r.last_at desc, r.id desc) as place
          from refusals r
          where r.unit_id in (select unit_id from noted) and r.id not in (select id from raised)) as ranked
        where ranked.place > ${mostRefusals} - (select count(*) from noted n where n.unit_id = ranked.unit_id)))
    insert into refusals (unit_id, reason, topic, detail, count, first_at, last_at)
    select n.unit_id, n.reason, n.topic, n.detail, n.count, n.first_at, n.last_at from noted n
    where not exists (
      select from raised r where r.unit_id = n.unit_id and r.reason = n.reason and r.topic = n.topic)
    order by n.place`.execute(db);
}

/** What was refused from a unit, newest first. */
export function listRefusals(db: Db, unitId: number) {
  return db
    .selectFrom('refusals')
    .select(['id', 'reason', 'topic', 'detail', 'count', 'firstAt', 'lastAt'])
    .where('unitId', '=', unitId)
    .orderBy('lastAt', 'desc')
    .orderBy('id', 'desc')
    .limit(mostRefusals)
    .execute();
}

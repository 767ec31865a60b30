import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';

const day = 86_400_000;
const week = 7 * day;
/** A Monday, 00:00 UTC: partitions are ISO weeks. */
const firstMonday = Date.UTC(2020, 0, 6);
const weeksAhead = 4;
const upkeepEvery = 6 * 3_600_000;
/** A unit that logs as fast as it may reaches another 6,000 lines meanwhile. */
const trimEvery = 600_000;
const keptLogLines = 5_000;

/** The week a time (epoch ms) falls into: `events_2026_11_16`, from its Monday to the next. */
export function weekOf(time: number): { name: string; from: Date; to: Date } {
  const start = firstMonday + Math.floor((time - firstMonday) / week) * week;
  const from = new Date(start);
  return { name: `events_${from.toISOString().slice(0, 10).replaceAll('-', '_')}`, from, to: new Date(start + week) };
}

/** Keeps the weekly partitions of the log: made four weeks ahead, dropped when all of it is past the retention. */
export function createPartitions(deps: { db: Db; retentionDays: number; log: Log; now?: () => number }) {
  const { db, retentionDays, log, now = Date.now } = deps;
  const timers: NodeJS.Timeout[] = [];

  function repeat(work: () => Promise<void>, every: number): void {
    const run = () =>
      work().catch((error) => log.error({ err: error }, 'the upkeep of history failed; it is tried again later'));
    timers.push(setInterval(run, every).unref());
  }

  async function upkeep(): Promise<void> {
    for (let ahead = 0; ahead <= weeksAhead; ahead++) await makePartition(db, weekOf(now() + ahead * week));
    await dropOld(db, new Date(now() - retentionDays * day), log);
  }

  return {
    upkeep,
    start: async () => {
      await upkeep();
      repeat(upkeep, upkeepEvery);
      repeat(() => trimLogs(db), trimEvery);
    },
    stop: () => timers.forEach(clearInterval),
  };
}

/** What older clocks already put into the rest partition for this week moves along. */
async function makePartition(db: Db, { name, from, to }: ReturnType<typeof weekOf>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtext('croft partitions'))`.execute(tx);
    const known = await sql`select from pg_class where oid = to_regclass(${name})`.execute(tx);
    if (known.rows.length > 0) return;
    // Whatever is on its way into the rest partition comes first: one row left there and the week could not be attached.
    await sql`lock table events_other in access exclusive mode`.execute(tx);
    await sql`create table ${sql.table(name)} (like events including defaults)`.execute(tx);
    await sql`
      with moved as (delete from events_other where at >= ${from} and at < ${to} returning *)
      insert into ${sql.table(name)} select * from moved`.execute(tx);
    await sql`alter table events attach partition ${sql.table(name)}
      for values from (${sql.lit(from.toISOString())}) to (${sql.lit(to.toISOString())})`.execute(tx);
  });
}

async function dropOld(db: Db, before: Date, log: Log): Promise<void> {
  const partitions = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events'::regclass and c.relname <> 'events_other'`.execute(db);
  for (const { name } of partitions.rows) {
    const from = Date.parse(name.slice('events_'.length).replaceAll('_', '-'));
    if (from + week > before.getTime()) continue;
    await sql`drop table ${sql.table(name)}`.execute(db);
    log.info({ partition: name }, 'history past the retention was dropped');
  }
  await sql`delete from events_other where at < ${before}`.execute(db);
  await sql`delete from unit_log where at < ${before}`.execute(db);
}

/** Of each unit the newest 5,000 lines stay. */
export async function trimLogs(db: Db): Promise<void> {
  await sql`
    delete from unit_log using units cross join lateral (
      select id from unit_log kept where kept.unit_id = units.id order by id desc offset ${keptLogLines} limit 1) as oldest
    where unit_log.unit_id = units.id and unit_log.id <= oldest.id`.execute(db);
}

import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { makeUnits } from '../testing/journal-units.ts';
import { createPartitions, trimLogs, weekOf } from './partitions.ts';

const day = 86_400_000;
const week = 7 * day;
/** A Wednesday. */
const wednesday = Date.UTC(2026, 10, 18, 12);
const log = pino({ level: 'silent' });

const database = await freshDatabase();
const { db } = database;
afterAll(() => database.drop());
beforeEach(async () => {
  for (const name of await partitionNames()) {
    if (name !== 'events_other') await sql`drop table ${sql.table(name)}`.execute(db);
  }
  await sql`truncate events`.execute(db);
});

const upkeep = (now: number, retentionDays = 400) =>
  createPartitions({ db, retentionDays, log, now: () => now }).upkeep();

async function partitionNames(): Promise<string[]> {
  const found = await sql<{ name: string }>`
    select inhrelid::regclass::text as name from pg_inherits where inhparent = 'events'::regclass order by 1`.execute(
    db,
  );
  return found.rows.map(({ name }) => name);
}

async function store(...times: number[]): Promise<void> {
  const [unit] = await makeUnits(db, 1);
  const id = unit?.variables[0]?.id ?? 0;
  for (const [n, at] of times.entries()) {
    await sql`insert into events (tx, n, variable_id, at, number, corrected)
      values (1, ${n}, ${id}, ${new Date(at)}, ${at}, false)`.execute(db);
  }
}

/** Where each stored value lies now, by its time. */
async function places(): Promise<Record<string, string>> {
  const found = await sql<{ at: Date; place: string }>`
    select at, tableoid::regclass::text as place from events order by at`.execute(db);
  return Object.fromEntries(found.rows.map(({ at, place }) => [at.toISOString(), place]));
}

describe('a week', () => {
  test('begins on Monday at 00:00 UTC, holds its time and touches its neighbours', () => {
    const years = { min: Date.UTC(1990, 0, 1), max: Date.UTC(2150, 0, 1) };
    fc.assert(
      fc.property(fc.integer(years), (time) => {
        const { name, from, to } = weekOf(time);
        expect(from.getTime()).toBeLessThanOrEqual(time);
        expect(to.getTime()).toBeGreaterThan(time);
        expect(to.getTime() - from.getTime()).toBe(week);
        expect([from.getUTCDay(), from.toISOString().slice(11)]).toEqual([1, '00:00:00.000Z']);
        expect(name).toBe(`events_${from.toISOString().slice(0, 10).replaceAll('-', '_')}`);
        expect(weekOf(to.getTime()).from).toEqual(to);
        expect(weekOf(from.getTime() - 1).to).toEqual(from);
      }),
    );
  });
});

describe('the upkeep', () => {
  test('makes this week and four ahead, once', async () => {
    const wanted = ['2026_11_16', '2026_11_23', '2026_11_30', '2026_12_07', '2026_12_14'].map((day) => `events_${day}`);
    await upkeep(wednesday);
    expect(await partitionNames()).toEqual([...wanted, 'events_other']);
    await Promise.all([upkeep(wednesday), upkeep(wednesday + day)]);
    expect(await partitionNames()).toEqual([...wanted, 'events_other']);
    await upkeep(wednesday + week);
    expect(await partitionNames()).toEqual([...wanted, 'events_2026_12_21', 'events_other']);
  });

  test('takes along what lay in the rest partition, and only what belongs', async () => {
    const monday = Date.UTC(2026, 10, 16);
    await store(monday - 1, monday, wednesday, monday + week - 1, monday + 60 * day);
    expect(new Set(Object.values(await places()))).toEqual(new Set(['events_other']));
    await upkeep(wednesday);
    expect(await places()).toEqual({
      '2026-11-15T23:59:59.999Z': 'events_other',
      '2026-11-16T00:00:00.000Z': 'events_2026_11_16',
      '2026-11-18T12:00:00.000Z': 'events_2026_11_16',
      '2026-11-22T23:59:59.999Z': 'events_2026_11_16',
      '2027-01-15T00:00:00.000Z': 'events_other',
    });
  });

  test('takes along what another process is still storing', async () => {
    const other = await database.connect();
    await other.query('begin');
    const insert = 'insert into events (tx, n, variable_id, at, number, corrected) values (1, 0, 1, $1, 1, false)';
    await other.query(insert, [new Date(wednesday)]);
    const kept = upkeep(wednesday);
    await eventually(async () => {
      const waiting = await other.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      expect(waiting.rowCount).toBe(1);
    });
    await other.query('commit');
    await other.end();
    await kept;
    expect(await places()).toEqual({ '2026-11-18T12:00:00.000Z': 'events_2026_11_16' });
  });

  test('drops a week when all of it is past the retention, and the rest row by row', async () => {
    await upkeep(wednesday);
    const sunday = Date.UTC(2026, 10, 22, 23);
    await store(wednesday - 100 * day, wednesday, sunday);
    await upkeep(wednesday + 104 * day, 100);
    expect(await partitionNames()).toContain('events_2026_11_16');
    expect(Object.keys(await places())).toEqual(['2026-11-18T12:00:00.000Z', '2026-11-22T23:00:00.000Z']);
    await upkeep(sunday + 101 * day, 100);
    expect(await partitionNames()).not.toContain('events_2026_11_16');
    expect(await places()).toEqual({});
  });

  test('drops log lines past the retention', async () => {
    const [unit] = await makeUnits(db, 1);
    const line = (at: number) => ({ unitId: unit?.id ?? 0, at: new Date(at), level: 'info', text: String(at) });
    await db
      .insertInto('unitLog')
      .values([line(wednesday - 101 * day), line(wednesday - 99 * day)])
      .execute();
    await upkeep(wednesday, 100);
    const lines = await db.selectFrom('unitLog').select('text').execute();
    expect(lines).toEqual([{ text: String(wednesday - 99 * day) }]);
  });

  test('keeps the newest 5,000 log lines of each unit', async () => {
    const [talkative, quiet] = await makeUnits(db, 2);
    const lines = (unitId = 0, count: number) =>
      sql`insert into unit_log (unit_id, at, level, text)
        select ${unitId}, now(), 'info', n::text from generate_series(1, ${count}) as n`.execute(db);
    await lines(talkative?.id, 5_003);
    await lines(quiet?.id, 5_000);
    await trimLogs(db);
    const kept = async (unitId = 0) => {
      const lines = await sql<{ count: number; oldest: number }>`
        select count(*)::integer as count, min(text::integer) as oldest from unit_log where unit_id = ${unitId}`.execute(
        db,
      );
      return lines.rows[0];
    };
    expect(await kept(talkative?.id)).toEqual({ count: 5_000, oldest: 4 });
    expect(await kept(quiet?.id)).toEqual({ count: 5_000, oldest: 1 });
  });

  test('keeps every index and lets queries skip other weeks', async () => {
    await upkeep(wednesday);
    const plan = await sql<Record<string, string>>`explain select number from events
      where variable_id = 1 and at >= '2026-11-17' and at < '2026-11-18' order by at`.execute(db);
    const text = plan.rows.map((row) => Object.values(row)[0]).join('\n');
    expect(text).toContain('events_2026_11_16');
    expect(text).not.toMatch(/events_2026_11_23|events_other/);
    expect(text).toMatch(/Index (Only )?Scan|Bitmap Index Scan/);
  });
});

import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { entryOf, type JournalUnit, journalOn, makeUnits, storedValues } from '../testing/journal-units.ts';
import type { Entry, Journal, LinkedPart, Stored } from './journal.ts';

const database = await freshDatabase();
const { db } = database;
/**
 * Whatever plan the planner takes: one writer goes along the batch, the other one along the table, whose rows are made to lie
 * the other way round.
 */
const plans = [
  'set enable_hashjoin = off; set enable_mergejoin = off; set enable_seqscan = off; set enable_bitmapscan = off',
  'set enable_nestloop = off; set enable_mergejoin = off; set enable_indexscan = off; set enable_bitmapscan = off',
];
let connections = 0;
const connect = async () => {
  const client = await database.connect();
  await client.query(plans[connections++ % plans.length] ?? '');
  return client;
};

let journal: Journal & { followed: Stored[] };
beforeAll(async () => {
  journal = await journalOn({ db, connect });
});
afterAll(async () => {
  await journal.stop();
  await database.drop();
});

const variableOf = (unit: JournalUnit, place: number) => {
  const variable = unit.variables[place];
  if (!variable) throw new Error('no variable');
  return variable;
};

/** A value of `from` that feeds the first variable of each of `to`. */
function linkedEntry(from: JournalUnit, to: readonly JournalUnit[], value: number, at: number): Entry {
  const part = (unit: JournalUnit): LinkedPart => {
    const { id, uuid } = variableOf(unit, 0);
    const event = { variableId: id, variableUuid: uuid, at, value, corrected: false, linkId: 1 };
    return { unitId: unit.id, unitUuid: unit.uuid, hops: 2, trail: [], values: [event] };
  };
  const heard = { generation: 1, boot: 1, seq: value, at };
  return { ...entryOf(from, value, { at }), heard, hops: 1, linked: to.map(part) };
}

test('what goes through a link is stored beside its output, with link and hops, in its place of the log', async () => {
  const [from, to, other] = await makeUnits(db, 3);
  if (!from || !to || !other) throw new Error('no units');
  await Promise.all([
    journal.append(linkedEntry(from, [to, other], 7, journal.inputTime())),
    journal.append(entryOf(from, 8)),
  ]);
  const own = journal.followed.filter(({ entry }) => entry.unitId === from.id);
  expect(own.map(({ n }) => n - (own[0]?.n ?? 0))).toEqual([0, 3]);
  const rows = await db
    .selectFrom('events')
    .select(['variableId', 'number', 'linkId', 'hops'])
    .where('tx', '=', own[0]?.tx ?? 0)
    .where(
      'variableId',
      'in',
      [from, to, other].map((unit) => variableOf(unit, 0).id),
    )
    .orderBy('n')
    .execute();
  const row = (unit: JournalUnit, number: number, linkId: number | null, hops: number | null) => {
    return { variableId: variableOf(unit, 0).id, number, linkId, hops };
  };
  expect(rows.slice(0, 3)).toEqual([row(from, 7, null, 1), row(to, 7, 1, 2), row(other, 7, 1, 2)]);
});

test('both writers may set the same inputs: none waits for the other in a circle, and the newest time stays', async () => {
  const units = await makeUnits(db, 44);
  const [sources, inputs] = [units.slice(0, 4), units.slice(4)];
  await layBackwards(inputs.map((unit) => variableOf(unit, 0).id));
  const before = await deadlocks();
  let newest = { at: 0, value: 0 };
  const rounds = Array.from({ length: 400 }, async (_, value) => {
    const source = sources[value % sources.length];
    if (!source) throw new Error('no source');
    const at = journal.inputTime();
    newest = { at, value };
    await journal.append(linkedEntry(source, inputs, value, at));
  });
  const people = inputs.map((unit, value) => journal.append(entryOf(unit, 1_000 + value, { at: 1_750_000_000_000 })));
  await Promise.all([...rounds, ...people]);
  expect(await deadlocks()).toBe(before);
  for (const unit of inputs) {
    expect(await storedValues(db, unit)).toHaveLength(401);
    const current = await db
      .selectFrom('currentValues')
      .select('number')
      .where('variableId', '=', variableOf(unit, 0).id)
      .executeTakeFirst();
    expect(current?.number).toBe(newest.value);
  }
  for (const source of sources) {
    const own = await storedValues(db, source);
    expect(own).toEqual(own.toSorted((a, b) => Number(a) - Number(b)));
  }
});

test('rows of inputs are locked in the order of their ids, whatever way the update takes', async () => {
  const [from, ...inputs] = await makeUnits(db, 6);
  if (!from) throw new Error('no unit');
  const ids = inputs.map((unit) => variableOf(unit, 0).id).toSorted((a, b) => a - b);
  await layBackwards(ids);
  const middle = ids[2] ?? 0;
  const holder = await database.connect();
  await holder.query('begin');
  await holder.query('select from current_values where variable_id = $1 for update', [middle]);
  // By both writers, each with its plan.
  const appended = [from, { ...from, id: from.id + 1 }].map((unit) =>
    journal.append(linkedEntry(unit, inputs, 1, journal.inputTime())),
  );
  await eventually(async () => expect(await lockedAmong(ids)).toEqual(ids.slice(0, 3)));
  await holder.query('rollback');
  await holder.end();
  await Promise.all(appended);
});

test('the time for inputs never stands still', () => {
  const times = Array.from({ length: 5_000 }, () => journal.inputTime());
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
});

/** The rows of these current values, the last one first. */
async function layBackwards(ids: number[]): Promise<void> {
  await db.deleteFrom('currentValues').where('variableId', 'in', ids).execute();
  for (const variableId of ids.toReversed()) await db.insertInto('currentValues').values({ variableId }).execute();
}

async function lockedAmong(ids: number[]): Promise<number[]> {
  const result = await sql<{ id: number }>`
    select variable_id as id from current_values where variable_id = any(${ids}::bigint[]) for update skip locked`.execute(
    db,
  );
  const free = new Set(result.rows.map(({ id }) => id));
  return ids.filter((id) => !free.has(id));
}

/** How many the database had to break; its statistics come a moment late, and are flushed first. */
async function deadlocks(): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(db);
  const result = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(db);
  return result.rows[0]?.deadlocks ?? 0;
}

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, expect, test } from 'vitest';
import type { Appending } from '../testing/appending-process.ts';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { entryOf, journalOn, makeUnits } from '../testing/journal-units.ts';
import type { Cursor, LoggedValue } from './journal.ts';

const program = fileURLToPath(new URL('../testing/appending-process.ts', import.meta.url));
const processes = 2;
const count = 3_000;
const million = 1_000_000;

const database = await freshDatabase();
const { db } = database;
const journal = await journalOn(database);
afterAll(async () => {
  await journal.stop();
  await database.drop();
});

/** Another Croft on this database. @returns the exit code */
function append(told: Omit<Appending, 'connection'>): Promise<number | null> {
  const child = spawn(process.execPath, [program, JSON.stringify({ connection: database.connection, ...told })], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve) => child.once('close', resolve));
}

const isAfter = (a: Cursor, b: Cursor) => a.tx > b.tx || (a.tx === b.tx && a.n > b.n);

test('a reader with a cursor misses and reorders nothing while two processes append', async () => {
  const units = await makeUnits(db, 4);
  let running = processes;
  const ended = Array.from({ length: processes }, (_, index) =>
    append({ units, base: index * million, count, atOnce: 20 }).finally(() => void running--),
  );
  const read: LoggedValue[] = [];
  let cursor: Cursor = { tx: 0, n: 0 };
  const readOn = async (): Promise<number> => {
    const next = await journal.read(cursor, 300);
    for (const value of next) {
      expect(isAfter(value, cursor)).toBe(true);
      cursor = { tx: value.tx, n: value.n };
    }
    read.push(...next);
    return next.length;
  };
  // As often as it can, so that it looks at the log in the middle of commits.
  while (running > 0) await readOn();
  expect(await Promise.all(ended)).toEqual([0, 0]);
  await eventually(async () => {
    await readOn();
    expect(read).toHaveLength(processes * units.length * count);
  });
  const asSent = Array.from({ length: count }, (_, index) => index + 1);
  for (const unit of units) {
    const own = read.filter(({ unitUuid }) => unitUuid === unit.uuid).map(({ value }) => Number(value));
    for (let index = 0; index < processes; index++) {
      const fromOne = own.filter((value) => Math.floor(value / million) === index);
      expect(fromOne.map((value) => value % million)).toEqual(asSent);
    }
  }
}, 60_000);

test('a commit that was slow to end appears before the cursor has passed its place', async () => {
  const [unit] = await makeUnits(db, 1);
  if (!unit) throw new Error('no unit');
  const last = await sql<{ tx: number; n: number }>`select tx, n from events order by tx desc, n desc limit 1`.execute(
    db,
  );
  const start = last.rows[0] ?? { tx: 0, n: 0 };
  const slow = await database.connect();
  await slow.query('begin');
  const { rows } = await slow.query('select pg_current_xact_id()::text::bigint as tx');
  await journal.append(entryOf(unit, 2));
  expect(await journal.read(start, 10)).toEqual([]);

  const insert = `insert into events (tx, n, variable_id, at, number, corrected) values ($1, 0, $2, now(), 1, false)`;
  await slow.query(insert, [rows[0].tx, unit.variables[0]?.id]);
  await slow.query('commit');
  await slow.end();
  // Transactions of other databases on the same server hold the end of the log back as well.
  await eventually(async () => expect((await journal.read(start, 10)).map(({ value }) => value)).toEqual([1, 2]));
});

test('a log restored into a younger server goes on behind what it holds', async () => {
  const [unit] = await makeUnits(db, 1);
  if (!unit) throw new Error('no unit');
  const restored = 10 ** 12;
  await sql`insert into events (tx, n, variable_id, at, number, corrected)
    values (${restored}, 3, ${unit.variables[0]?.id ?? 0}, now(), 1, false)`.execute(db);
  const after = await journalOn(database);
  await after.append(entryOf(unit, 2));
  await after.stop();
  const again = await journalOn(database);
  await again.append(entryOf(unit, 3));
  const next = await eventually(async () => {
    const found = await again.read({ tx: restored, n: 0 }, 10);
    expect(found).toHaveLength(3);
    return found;
  });
  expect(next.map(({ value }) => value)).toEqual([1, 2, 3]);
  const later = next.slice(1).map(({ tx }) => tx);
  expect(later[0]).toBeGreaterThan(restored);
  expect(later[1]).toBeGreaterThan(later[0] ?? 0);
  await again.stop();
});

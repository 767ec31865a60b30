import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { entryOf, type JournalUnit, journalOn, makeUnits, storedValues } from '../testing/journal-units.ts';
import type { Journal } from './journal.ts';

const capacity = 20_000;

const database = await freshDatabase();
const { db } = database;
const blocker = new pg.Client(database.connection);
let journal: Journal;
let units: JournalUnit[];
beforeAll(() => blocker.connect());
afterAll(async () => {
  await blocker.end();
  await database.drop();
});
beforeEach(async () => {
  journal = await journalOn(database);
  units = await makeUnits(db, 4);
});
afterEach(() => journal.stop());

/** Nobody can write to the log until `goOn`. */
async function holdLog(): Promise<void> {
  await blocker.query('begin');
  await blocker.query('lock table events in exclusive mode');
}
const goOn = () => blocker.query('commit');

const unitAt = (index: number) => units[index % units.length] as JournalUnit;

describe('a journal whose database does not answer', () => {
  test('takes 20,000 entries, then says that it is full, and goes on in order when there is room', async () => {
    await holdLog();
    let stored = 0;
    const errors: unknown[] = [];
    for (let index = 0; index < capacity; index++) {
      journal.enqueue(entryOf(unitAt(index), index), (error) => (error ? errors.push(error) : stored++));
    }
    expect(journal.isFull()).toBe(true);
    expect(() => journal.append(entryOf(unitAt(0), -1))).toThrow(
      expect.objectContaining({ status: 503, code: 'unavailable', retryAfter: 1 }),
    );
    const resumed: number[] = [];
    const rooms = [1, 2, 3].map((turn) => journal.room().then(() => resumed.push(turn)));
    await Promise.resolve();
    expect({ resumed, stored }).toEqual({ resumed: [], stored: 0 });

    await goOn();
    await Promise.all(rooms);
    expect(resumed).toEqual([1, 2, 3]);
    await eventually(() => expect(journal.size()).toBe(0), 20_000);
    expect([errors, stored]).toEqual([[], capacity]);
    for (const [place, unit] of units.entries()) {
      const sent = Array.from({ length: capacity / units.length }, (_, turn) => turn * units.length + place);
      expect(await storedValues(db, unit)).toEqual(sent);
    }
    expect(journal.isFull()).toBe(false);
    await journal.room();
  });

  test('stores over a new connection what could not be written into a broken one', async () => {
    const connections: pg.Client[] = [];
    const connect = async () => {
      const connection = await database.connect();
      connections.push(connection);
      return connection;
    };
    const other = await journalOn({ db, connect });
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE', errno: -32, syscall: 'write' });
    for (const connection of connections) vi.spyOn(connection, 'query').mockRejectedValueOnce(broken as never);
    await other.append(entryOf(unitAt(0), 7));
    expect(await storedValues(db, unitAt(0))).toEqual([7]);
    await other.stop();
  });

  test('tells those that waited a minute that it failed; of these only what was on its way may get stored', async () => {
    await holdLog();
    const failures: string[] = [];
    const append = (value: number) =>
      journal.append(entryOf(unitAt(0), value)).catch((error) => failures.push(error.code));
    const first = append(1);
    // The first one is on its way once somebody waits for the lock.
    await eventually(async () => {
      const waiting = await db.selectFrom('journalWriters').select('uuid').execute();
      expect(waiting.length).toBeGreaterThan(0);
      expect(await lockWaiters()).toBe(1);
    });
    const late = [append(2), append(3)];
    const now = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now + 61_000);
    await Promise.all([first, ...late]);
    clock.mockRestore();
    expect(failures).toEqual(['unavailable', 'unavailable', 'unavailable']);
    expect(journal.size()).toBe(0);

    await goOn();
    await journal.append(entryOf(unitAt(0), 4));
    expect(await storedValues(db, unitAt(0))).toEqual([1, 4]);
  });

  test('stops with what waits unacknowledged when the connection goes too', async () => {
    const own = await journalOn(database);
    await holdLog();
    const outcome = own.append(entryOf(unitAt(1), 1)).then(
      () => 'stored',
      (error) => error.code,
    );
    await eventually(async () => expect(await lockWaiters()).toBe(1));
    const stopped = own.stop();
    await endWriters();
    expect(await outcome).toBe('unavailable');
    await goOn();
    await stopped;
    expect(await storedValues(db, unitAt(1))).toEqual([]);
  });
});

describe('stopping', () => {
  test('stores what is queued first', async () => {
    const own = await journalOn(database);
    const appended = Array.from({ length: 500 }, (_, index) => own.append(entryOf(unitAt(index), index)));
    await own.stop();
    await Promise.all(appended);
    expect(await storedValues(db, unitAt(3))).toHaveLength(125);
  });
});

describe('a writer whose connection breaks', () => {
  test('after the commit, before the answer: the batch is not stored again', async () => {
    const losing = await journalOn({ db, connect: connectionThatLoses(3) });
    const rounds = 30;
    for (let round = 0; round < rounds; round++) {
      await Promise.all(units.map((unit) => losing.append(entryOf(unit, round))));
    }
    for (const unit of units) {
      expect(await storedValues(db, unit)).toEqual(Array.from({ length: rounds }, (_, round) => round));
    }
    expect(losing.followed).toHaveLength(rounds * units.length);
    await losing.stop();
  });

  test('finds out whether its batch was stored: everything once, in order, however often it happens', async () => {
    const value = { next: 0 };
    const appendSome = () =>
      Promise.all(Array.from({ length: 200 }, () => journal.append(entryOf(unitAt(value.next), value.next++))));
    let isDone = false;
    const appending = (async () => {
      while (!isDone) await appendSome();
    })();
    for (let ended = 0; ended < 40; ended += await endWriters()) {
      const target = journal.statistics.stored + Math.floor(Math.random() * 300);
      await eventually(() => expect(journal.statistics.stored).toBeGreaterThan(target));
    }
    isDone = true;
    await appending;
    for (const [place, unit] of units.entries()) {
      const sent = Array.from({ length: value.next / units.length }, (_, turn) => turn * units.length + place);
      expect(await storedValues(db, unit)).toEqual(sent);
    }
  }, 60_000);
});

/** Connections that break each time the so-maniest batch was committed, with the answer lost. */
function connectionThatLoses(which: number) {
  let committed = 0;
  return async (): Promise<pg.Client> => {
    const client = await database.connect();
    const query = client.query.bind(client) as (statement: unknown, values?: unknown[]) => Promise<unknown>;
    const losing = async (statement: unknown, values?: unknown[]): Promise<unknown> => {
      const answer = await query(statement, values);
      const isBatch = (statement as { name?: string }).name === 'journal';
      if (!isBatch || ++committed % which !== 0) return answer;
      await client.end();
      throw new Error('Connection terminated unexpectedly');
    };
    return Object.assign(client, { query: losing });
  };
}

/** Ends the connections of the journal's writers in the server, wherever they are. @returns how many */
async function endWriters(): Promise<number> {
  const ended = await blocker.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name like 'croft journal %'`,
  );
  return ended.rowCount ?? 0;
}

async function lockWaiters(): Promise<number> {
  const waiting = await blocker.query(
    `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
  );
  return waiting.rowCount ?? 0;
}

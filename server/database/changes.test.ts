import { pino } from 'pino';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { announce, type Change, type Changes, createChanges } from './changes.ts';

const log = pino({ level: 'silent' });
const database = await freshDatabase();
const { db } = database;
afterAll(() => database.drop());

let heard: (Change | 'missed')[];
let changes: Changes;
let connect = database.connect;

beforeEach(async () => {
  heard = [];
  connect = database.connect;
  changes = createChanges({ connect: () => connect(), log });
  changes.onChange((change) => heard.push(change));
  await changes.start();
});
afterEach(() => changes.stop());

const say = (...said: Change[]) => db.transaction().execute((tx) => announce(tx, ...said));
const listening = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and query = 'listen croft_changes'`;

/** Ends the listening connections in the server. @returns how many there were */
async function cut(): Promise<number> {
  const client = await database.connect();
  const ended = await client.query(listening);
  await client.end();
  return ended.rowCount ?? 0;
}

describe('a change', () => {
  test('is heard when its transaction commits, in order, and not before', async () => {
    await db.transaction().execute(async (tx) => {
      await announce(tx, { unit: 'a' }, { unit: 'b' });
      await say({ user: 'c' });
      await eventually(() => expect(heard).toEqual([{ user: 'c' }]));
    });
    await eventually(() => expect(heard).toEqual([{ user: 'c' }, { unit: 'a' }, { unit: 'b' }]));
  });

  test('was heard by the listeners when that is waited for', async () => {
    for (let time = 0; time < 200; time++) {
      await say({ unit: String(time) });
      await changes.heard();
      expect(heard.at(-1)).toEqual({ unit: String(time) });
    }
  });

  test('many who wait at once ask one question after the one under way', async () => {
    let questions = 0;
    const answer = Promise.withResolvers<void>();
    connect = async () => {
      const client = await database.connect();
      const query = client.query.bind(client) as (text: string) => Promise<unknown>;
      const counted = async (text: string) => {
        const answered = await query(text);
        if (++questions === 2) await answer.promise;
        return answered;
      };
      return Object.assign(client, { query: counted });
    };
    await changes.stop();
    changes = createChanges({ connect: () => connect(), log });
    await changes.start();
    const first = changes.heard();
    const rest = Array.from({ length: 20 }, () => changes.heard());
    answer.resolve();
    await Promise.all([first, ...rest]);
    // One to listen, then the two.
    expect(questions).toBe(3);
  });

  test('of a transaction that was rolled back is not heard', async () => {
    const failing = db.transaction().execute(async (tx) => {
      await announce(tx, { unit: 'never' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await say({ unit: 'later' });
    await eventually(() => expect(heard).toEqual([{ unit: 'later' }]));
  });

  test('is heard by every process on the database', async () => {
    const others: (Change | 'missed')[] = [];
    const other = createChanges({ connect: database.connect, log });
    other.onChange((change) => others.push(change));
    await other.start();
    await say({ unit: 'a' });
    await eventually(() => expect([heard, others]).toEqual([[{ unit: 'a' }], [{ unit: 'a' }]]));
    await other.stop();
  });

  test('reaches the other listeners when one of them fails', async () => {
    const later: unknown[] = [];
    changes.onChange(() => {
      throw new Error('broken');
    });
    changes.onChange((change) => later.push(change));
    await say({ unit: 'a' });
    await eventually(() => expect(later).toEqual([{ unit: 'a' }]));
  });
});

describe('after a lost connection', () => {
  test('listeners are told that they may have missed something, then they hear again', async () => {
    expect(await cut()).toBe(1);
    await say({ unit: 'unheard' });
    await eventually(() => expect(heard).toEqual(['missed']));
    await say({ unit: 'heard' });
    await eventually(() => expect(heard).toEqual(['missed', { unit: 'heard' }]));
  });

  test('each change is heard once, however the reconnecting went', async () => {
    let failures = 0;
    connect = async () => {
      const client = await database.connect();
      // The database goes again between connecting and LISTEN.
      if (failures++ < 3) await client.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
      return client;
    };
    await cut();
    await eventually(() => expect(heard).toContain('missed'));
    await say({ unit: 'a' });
    await eventually(() => expect(heard.at(-1)).toEqual({ unit: 'a' }));
    await say({ unit: 'b' });
    await eventually(() => expect(heard.at(-1)).toEqual({ unit: 'b' }));
    expect(heard).toEqual(['missed', { unit: 'a' }, { unit: 'b' }]);
    expect(await cut()).toBe(1);
  });

  test('nobody waits for what cannot be heard', async () => {
    await cut();
    await changes.heard();
    await eventually(() => expect(heard).toEqual(['missed']));
    await changes.stop();
    await changes.heard();
  });

  test('stopping while it connects again leaves no connection behind', async () => {
    const arrived = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    connect = async () => {
      const client = await database.connect();
      const query = client.query.bind(client) as (text: string) => Promise<unknown>;
      return Object.assign(client, {
        query: async (text: string) => {
          const answer = await query(text);
          arrived.resolve();
          await goOn.promise;
          return answer;
        },
      });
    };
    await cut();
    await arrived.promise;
    await changes.stop();
    goOn.resolve();
    await eventually(async () => expect(await cut()).toBe(0));
    await say({ unit: 'a' });
    expect(heard).toEqual([]);
  });
});

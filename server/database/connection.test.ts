import { sql } from 'kysely';
import { afterAll, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';

const database = await freshDatabase();
const { db } = database;
afterAll(() => database.drop());

describe('rows', () => {
  test('have names in camel case, and numbers for bigint', async () => {
    const { rows } = await sql<object>`select 2::bigint ^ 40 as as_float, 1099511627776::bigint as large_id`.execute(
      db,
    );
    expect(rows).toEqual([{ asFloat: 2 ** 40, largeId: 2 ** 40 }]);
  });

  test('keep the keys of people’s JSON as they are', async () => {
    const value = { snake_case: { deep_key: [{ camelCase: 1 }] } };
    await db
      .insertInto('instance')
      .values({ key: 'some_key', value: JSON.stringify(value) })
      .execute();
    const row = await db.selectFrom('instance').select('value').where('key', '=', 'some_key').executeTakeFirstOrThrow();
    expect(row.value).toEqual(value);
  });
});

describe('lost connections', () => {
  test('of the pool are replaced', async () => {
    const client = await database.connect();
    await Promise.all(Array.from({ length: 5 }, () => sql`select pg_sleep(0.01)`.execute(db)));
    const ended = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    expect(ended.rowCount).toBeGreaterThan(1);
    await eventually(async () => expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]));
    await client.end();
  });

  test('in the middle of a transaction end that transaction and nothing else', async () => {
    const client = await database.connect();
    const failed = db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      const pid = rows[0]?.pid;
      await client.query('select pg_terminate_backend($1)', [pid]);
      // Nothing is asked meanwhile: the end of the connection arrives while it is in use and idle.
      await eventually(async () => {
        const alive = await client.query('select from pg_stat_activity where pid = $1', [pid]);
        expect(alive.rowCount).toBe(0);
      });
      await client.query('select 1');
      await sql`select 1`.execute(tx);
    });
    await expect(failed).rejects.toThrow();
    expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
    await client.end();
  });

  test('of one’s own end nothing but themselves', async () => {
    const [client, other] = [await database.connect(), await database.connect()];
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    const { rows } = await client.query('select pg_backend_pid() as pid');
    await other.query('select pg_terminate_backend($1)', [rows[0].pid]);
    await ended;
    expect((await other.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await other.end();
  });
});

import { readdir } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { OperatorError } from '../errors.ts';
import { migrate } from './migrate.ts';

const server = inject('postgres');
const name = 'croft_test_migrations';
const admin = new pg.Client({ ...server, database: 'postgres' });
await admin.connect();
const clients: pg.Client[] = [];

beforeEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
});

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ ...server, database: name });
  clients.push(client);
  await client.connect();
  return client;
}

const files = (await readdir(new URL('../../migrations/', import.meta.url))).sort();

describe('migrating', () => {
  test('runs every file once, in order', async () => {
    const client = await connect();
    expect(await migrate(client)).toEqual(files);
    expect(await migrate(client)).toEqual([]);
    const run = await client.query('select number, name from migrations order by number');
    expect(run.rows).toEqual(files.map((file) => ({ number: Number(file.slice(0, 4)), name: file })));
    expect((await client.query('select count(*) as count from events')).rows).toEqual([{ count: expect.anything() }]);
  });

  test('by several processes at once runs each file in one of them', async () => {
    const run = await Promise.all((await Promise.all([connect(), connect(), connect()])).map(migrate));
    expect(run.flat().toSorted()).toEqual(files);
  });

  test('refuses a schema newer than the program, and changes nothing', async () => {
    const client = await connect();
    await migrate(client);
    await client.query(`insert into migrations (number, name) values (9999, '9999_from_the_future.sql')`);
    const refused = await migrate(client).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(OperatorError);
    expect((refused as OperatorError).message).toMatch(/schema 9999.*start a newer Croft, or restore a backup/);
  });

  test('that fails leaves nothing half done', async () => {
    const client = await connect();
    // The first file makes this table too.
    await client.query('create table variables (in_the_way boolean)');
    await expect(migrate(client)).rejects.toThrow('already exists');
    const tables = await client.query(
      `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
    );
    expect(tables.rows.map(({ relname }) => relname).toSorted()).toEqual(['migrations', 'variables']);
    expect((await client.query('select * from migrations')).rows).toEqual([]);
    await client.query('drop table variables');
    expect(await migrate(client)).toEqual(files);
  });
});

import { createServer } from 'node:net';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, expect, inject, test } from 'vitest';
import { OperatorError } from '../errors.ts';
import { freshDatabase } from '../testing/database.ts';
import { openDatabase } from './open.ts';

const log = pino({ level: 'silent' });
const database = await freshDatabase();
afterAll(() => database.drop());

const open = (databaseUrl: string) => openDatabase({ databaseUrl, dataDir: '/nowhere', log });
const refusalOf = (databaseUrl: string) => open(databaseUrl).catch((error: unknown) => error);

test('an outside database is used as it is, and left alone at the end', async () => {
  const opened = await open(database.url);
  const client = new pg.Client(opened.connection);
  await client.connect();
  expect((await client.query('select count(*) from migrations')).rowCount).toBe(1);
  await opened.stop();
  expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await client.end();
});

test('an empty one is brought up to date', async () => {
  const admin = new pg.Client({ ...inject('postgres'), database: 'postgres' });
  await admin.connect();
  const name = 'croft_test_empty';
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  const opened = await open(database.url.replace(/[^/]+$/, name));
  const client = new pg.Client(opened.connection);
  await client.connect();
  expect((await client.query('select * from units')).rows).toEqual([]);
  await client.end();
  await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

test('one that cannot be reached is said to the operator, with the reason', async () => {
  const taken = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as { port: number };
  for (const url of [`postgres://croft@127.0.0.1:${port}/croft`, database.url.replace(/[^/]+$/, 'no_such_database')]) {
    const refused = await refusalOf(url);
    expect(refused).toBeInstanceOf(OperatorError);
    expect((refused as OperatorError).message).toMatch(/^The database cannot be reached: \S/);
  }
  taken.close();
});

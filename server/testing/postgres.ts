import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import type { Connection } from '../database/connection.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { migrate } from '../database/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: Connection;
  }
}

/** One Postgres for the whole run, embedded or the outside one of DATABASE_URL, with a migrated database to copy from. */
export async function setup(project: TestProject) {
  const { connection, stop } = process.env.DATABASE_URL ? outside(process.env.DATABASE_URL) : await embedded();
  await makeTemplate(connection);
  project.provide('postgres', connection);
  return stop;
}

export const template = 'croft_test_template';

function outside(databaseUrl: string) {
  const { hostname, port, username, password, pathname } = new URL(databaseUrl);
  const connection: Connection = {
    host: decodeURIComponent(hostname),
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1) || 'postgres',
  };
  return { connection, stop: async () => undefined };
}

async function embedded() {
  const folder = await mkdtemp(join(tmpdir(), 'croft-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: pino({ level: 'silent' }) });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { connection: postgres.connection as Connection, stop };
}

async function makeTemplate(connection: Connection): Promise<void> {
  const admin = new pg.Client(connection);
  await admin.connect();
  await admin.query(`drop database if exists ${template} with (force)`);
  await admin.query(`create database ${template}`);
  await admin.end();
  const client = new pg.Client({ ...connection, database: template });
  await client.connect();
  await migrate(client);
  await client.end();
}

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { inject } from 'vitest';
import { type Connection, createDatabase } from '../database/connection.ts';
import { eventually } from './eventually.ts';
import { template } from './postgres.ts';

/** A fresh database of its own, migrated; `drop` ends every connection to it. */
export async function freshDatabase() {
  const server = inject('postgres');
  const name = `croft_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(server, `create database ${name} template ${template}`);
  const connection: Connection = { ...server, database: name };
  const database = createDatabase(connection, pino({ level: 'silent' }));
  return {
    ...database,
    connection,
    url: connectionUrl(connection),
    drop: async () => {
      await database.stop();
      // An ordinary role cannot end an autovacuum worker that is in there, and waits for it.
      await eventually(() => asAdmin(server, `drop database if exists ${name} with (force)`), 20_000);
    },
  };
}

export type FreshDatabase = Awaited<ReturnType<typeof freshDatabase>>;

async function asAdmin(server: Connection, statement: string): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** As DATABASE_URL has it; a unix socket folder stands percent-encoded in the place of the host. */
function connectionUrl({ user, password, host, port, database }: Connection): string {
  const secret = typeof password === 'string' && password ? `:${encodeURIComponent(password)}` : '';
  return `postgres://${user}${secret}@${encodeURIComponent(host ?? 'localhost')}:${port}/${database}`;
}

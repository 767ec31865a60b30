import pg from 'pg';
import { OperatorError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Connection } from './connection.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import { migrate } from './migrate.ts';

const oldestSupported = 15;

type Options = { databaseUrl: string | undefined; dataDir: string; log: Log };

/** The outside Postgres of the configuration, else the embedded one, with its schema brought up to date. */
export async function openDatabase({ databaseUrl, dataDir, log }: Options) {
  const { connection, stop } = databaseUrl
    ? { connection: { connectionString: databaseUrl } satisfies Connection, stop: async () => undefined }
    : await startEmbeddedPostgres({ dataDir, log });
  try {
    await prepare(connection, log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { connection: connection as Connection, stop };
}

async function prepare(connection: Connection, log: Log): Promise<void> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    throw new OperatorError(`The database cannot be reached: ${(error as Error).message}`, { cause: error });
  }
  try {
    const version = Math.floor(
      Number((await client.query('show server_version_num')).rows[0].server_version_num) / 1e4,
    );
    if (version < oldestSupported) {
      throw new OperatorError(`Postgres ${version} is too old: Croft needs ${oldestSupported} or newer.`);
    }
    const run = await migrate(client);
    if (run.length > 0) log.info({ migrations: run }, 'the database schema was brought up to date');
  } finally {
    await client.end();
  }
}

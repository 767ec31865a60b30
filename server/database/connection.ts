import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from '../log.ts';
import type { Database } from './tables.ts';

export type Connection = pg.ClientConfig;

/** What a store function takes first: the pool, or a transaction. */
export type Db = Kysely<Database>;

/** bigint as number: ids and counters stay far below 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Opens nothing by itself: the first query connects. */
export function createDatabase(connection: Connection, log: Log) {
  const pool = new pg.Pool({ ...connection, max: 10, application_name: 'croft', connectionTimeoutMillis: 5_000 });
  // Each connection has its own listener: one in use that is between two queries tells its loss by an event too, and an
  // unheard one would end the process. What the pool says of idle ones was said by then.
  const lost = (error: Error) => log.warn({ err: error }, 'a database connection was lost');
  pool.on('connect', (client) => void client.on('error', lost)).on('error', () => undefined);
  const db = new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  return {
    db,
    /** A connection of one's own, outside the pool (writers, LISTEN). */
    connect: async (): Promise<pg.Client> => {
      const client = new pg.Client({ ...connection, application_name: 'croft', connectionTimeoutMillis: 5_000 });
      client.on('error', (error) => log.debug({ err: error }, 'a database connection was lost'));
      await client.connect();
      return client;
    },
    stop: () => db.destroy(),
  };
}

import { mkdtemp } from 'node:fs/promises';
import { pino } from 'pino';
import { createDatabase } from '../database/connection.ts';
import { startEmbeddedPostgres } from '../database/embedded.ts';
import { migrate } from '../database/migrate.ts';

export async function testDatabase() {
  const log = pino({ level: 'silent' });
  const embedded = await startEmbeddedPostgres({ dataDir: await mkdtemp('/tmp/croft-users-'), log });
  const database = createDatabase(embedded.connection, log);
  const client = await database.connect();
  await migrate(client);
  await client.end();
  return {
    ...database,
    close: async () => {
      await database.stop();
      await embedded.stop();
    },
  };
}

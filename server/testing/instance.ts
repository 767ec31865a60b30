import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../config.ts';
import { startInstance } from '../instance.ts';
import { createLog } from '../log.ts';
import { createClient, type TestClient } from './client.ts';
import { freshDatabase } from './database.ts';

type Options = { env?: Record<string, string> };

export const testPassword = 'correct horse battery';

/**
 * A whole instance on a database of its own, its doors on free loopback ports.
 * `anonymous` calls without an account; `administrator()` and `user(name)` make accounts and call as them.
 */
export async function testInstance({ env = {} }: Options = {}) {
  const database = await freshDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'croft-instance-'));
  const config = readConfig({
    CROFT_HTTP_PORT: '0',
    CROFT_MQTT_PORT: '0',
    CROFT_DATA_DIR: dataDir,
    CROFT_REGISTRATION: 'open',
    DATABASE_URL: database.url,
    LOG_LEVEL: 'silent',
    CROFT_UNIT_RATE_PER_SECOND: '100000',
    CROFT_UNIT_RATE_PER_MINUTE: '1000000',
    ...env,
  });
  let instance = await startInstance(config, createLog(config.logLevel));
  const anonymous = createClient(() => instance.url);
  let admin: TestClient | undefined;

  async function administrator(): Promise<TestClient> {
    if (admin) return admin;
    const client = createClient(() => instance.url);
    const token = new URL(instance.setupUrl ?? '').searchParams.get('token') ?? '';
    await client.call('POST /api/setup', { body: { token, username: 'admin', password: testPassword } });
    admin = client;
    return client;
  }

  return {
    get url() {
      return instance.url;
    },
    get mqttPort() {
      return instance.mqttPort;
    },
    get setupUrl() {
      return instance.setupUrl;
    },
    db: database.db,
    database,
    dataDir,
    anonymous,
    administrator,
    /** A user with this name; the administrator is made first where there is none. */
    user: async (username: string): Promise<TestClient> => {
      await administrator();
      const client = createClient(() => instance.url);
      await client.call('POST /api/register', { body: { username, password: testPassword } });
      return client;
    },
    restart: async () => {
      await instance.stop();
      instance = await startInstance(config, createLog(config.logLevel));
    },
    close: async () => {
      await instance.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type TestInstance = Awaited<ReturnType<typeof testInstance>>;

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { createClient } from './testing/client.ts';
import { type CroftOnDisk, type CroftProcess, croftOnDisk, spawnCroft } from './testing/croft-process.ts';
import { type FreshDatabase, freshDatabase } from './testing/database.ts';
import { sealedDevice } from './testing/device.ts';
import { testPassword } from './testing/instance.ts';
import { livePage } from './testing/live-page.ts';

let folder: string;
let database: FreshDatabase;
const running: CroftProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-main-'));
  database = await freshDatabase();
});
afterEach(async () => {
  for (const { child, exited } of running.splice(0)) {
    child.kill('SIGKILL');
    await exited;
  }
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Croft on the outside database of this file. */
function run(env: Record<string, string> = {}, dataDir = 'data'): CroftProcess {
  const own = { CROFT_HTTP_PORT: '0', CROFT_MQTT_PORT: '0', CROFT_DATA_DIR: join(folder, dataDir) };
  const croft = spawnCroft({ ...own, DATABASE_URL: database.url, ...env });
  running.push(croft);
  return croft;
}

async function taken(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

/** Ends by itself with this exit code; what it said on stderr, which is for people and has no stack traces. */
async function refusal(croft: CroftProcess, code: number): Promise<string> {
  expect([await croft.exited, croft.output.err]).toEqual([code, expect.stringMatching(/\S/)]);
  expect(croft.output.err).not.toMatch(/^\s+at /m);
  return croft.output.err;
}

describe('asked for words', () => {
  test.each([
    ['--help', /npm start[\s\S]*Exit codes: 0 .*, 1 .*, 2 /],
    ['--version', new RegExp(`^${packageJson.version}\\n$`)],
  ])('%s says them and ends', async (flag, words) => {
    const croft = spawnCroft({ CROFT_HTTP_PORT: 'nonsense' }, { args: [flag] });
    expect(await croft.exited).toBe(0);
    expect(croft.output.out).toMatch(words);
    expect(croft.output.err).toBe('');
  });
});

describe('a start that cannot be', () => {
  test('with a wrong configuration says all that is wrong, from the environment and .env', async () => {
    const place = join(folder, 'with-env');
    await mkdir(place);
    await writeFile(join(place, '.env'), 'CROFT_REGISTRATION=maybe\nLOG_LEVEL=loud\n');
    const croft = spawnCroft({ CROFT_HTTP_PORT: '99999', LOG_LEVEL: 'info' }, { cwd: place });
    const said = await refusal(croft, 2);
    expect(said).toContain('CROFT_HTTP_PORT');
    expect(said).toContain('CROFT_REGISTRATION');
    // The environment goes before the file.
    expect(said).not.toContain('LOG_LEVEL');
  });

  test.each(['CROFT_HTTP_PORT', 'CROFT_MQTT_PORT'])('with %s in use says which and what to do', async (name) => {
    const { port, server } = await taken();
    const said = await refusal(run({ [name]: String(port) }), 1);
    expect(said).toContain(`Port ${port} is in use`);
    expect(said).toContain(name);
    server.close();
  });

  test('with a database out of reach says so', async () => {
    const { port, server } = await taken();
    server.close();
    const said = await refusal(run({ DATABASE_URL: `postgres://croft@127.0.0.1:${port}/croft` }), 1);
    expect(said).toContain('The database cannot be reached');
  });

  test('on data without its key says how to restore it, and starts again once it is there', async () => {
    const first = run();
    await first.ready();
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
    const elsewhere = await refusal(run({}, 'without-key'), 1);
    expect(elsewhere).toMatch(/instance key is missing[\s\S]*Restore .*secret\.key .*CROFT_SECRET_KEY/);
    const other = await refusal(run({ CROFT_SECRET_KEY: 'x'.repeat(43) }), 1);
    expect(other).toMatch(/not the one this database was encrypted with[\s\S]*Restore /);
    await run().ready();
  });

  test('on a newer schema refuses', async () => {
    const client = await database.connect();
    await client.query(`insert into migrations (number, name) values (9999, '9999_newer.sql')`);
    const said = await refusal(run(), 1);
    await client.query('delete from migrations where number = 9999');
    await client.end();
    expect(said).toMatch(/schema 9999.*start a newer Croft/);
  });
});

describe('stopping', () => {
  test('by SIGTERM in the middle of its work ends everything in order, with exit code 0', async () => {
    const croft = run();
    const { url, mqttPort } = await croft.ready();
    const owner = createClient(() => url);
    const token = await croft.setupToken();
    await owner.call('POST /api/setup', { body: { token, username: 'ada', password: testPassword } });
    const schema = { output_variables: { warmth: { type: 'number' } } };
    const unit = await owner.call('POST /api/units', { body: { name: 'Shed', schema } });
    const env = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
    const device = await sealedDevice(env, { port: mqttPort });
    const page = await livePage(owner, { mine: '1' });
    const published = Promise.allSettled(
      Array.from({ length: 200 }, (_, value) => device.publish('output/warmth', value)),
    );

    const began = Date.now();
    croft.child.kill('SIGTERM');
    expect(await croft.exited).toBe(0);
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(croft.output.out).toContain('"stopped"');
    expect(croft.output.err).toBe('');
    await device.close();
    await page.close();
    const acknowledged = (await published).filter(({ status }) => status === 'fulfilled').length;
    const stored = await database.db.selectFrom('events').select('number').execute();
    expect(stored.length).toBeGreaterThanOrEqual(acknowledged);
  });

  test('asked twice ends at once, with exit code 1', async () => {
    const croft = run();
    const { url } = await croft.ready();
    // Half a request, which an orderly stop would wait for.
    const half = connect(Number(new URL(url).port), '127.0.0.1');
    half.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: x\r\n');
    await fetch(url).then((answer) => answer.arrayBuffer());
    croft.child.kill('SIGINT');
    await croft.said(/once more to stop at once/);
    const began = Date.now();
    croft.child.kill('SIGINT');
    expect(await croft.exited).toBe(1);
    expect(Date.now() - began).toBeLessThan(2_500);
    half.destroy();
  });
});

describe('on a data folder of its own', () => {
  let disk: CroftOnDisk;
  beforeAll(async () => {
    disk = await croftOnDisk();
  });
  afterAll(() => disk.remove());

  test('a second Croft is refused with the number of the first, which goes on', async () => {
    const first = disk.start();
    const { url } = await first.ready();
    const said = await refusal(disk.start(), 1);
    expect(said).toContain(`${disk.dataDir} is in use by another Croft (process ${first.child.pid})`);
    expect((await fetch(new URL('/api/ready', url))).status).toBe(200);
  });
});

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.ts';
import { DataFolderError } from './embedded-errors.ts';

type Reachable = Pick<EmbeddedPostgres, 'connection'>;

const log = pino({ level: 'silent' });
const cleanups: (() => Promise<unknown>)[] = [];
let root: string;
// One folder for all tests, one after the other. Its path is too long for a unix socket in it.
let dataDir: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'croft-test-'));
  dataDir = join(root, 'long '.repeat(30));
  const postgres = await start();
  await ask(postgres, 'CREATE TABLE facts (fact text)');
  await write(postgres, 'from the first start');
  await postgres.stop();
}, 20_000);

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function start(folder = dataDir, useLog = log): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: useLog });
  cleanups.push(() => postgres.stop());
  return postgres;
}

async function ask(postgres: Reachable, sql: string, values: string[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...postgres.connection, ssl: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const write = (postgres: Reachable, fact: string) => ask(postgres, 'INSERT INTO facts VALUES ($1)', [fact]);
const facts = async (postgres: Reachable) => (await ask(postgres, 'SELECT fact FROM facts')).map((row) => row.fact);

async function eventually<Result>(look: () => Promise<Result> | Result): Promise<Result> {
  const deadline = Date.now() + 5_000;
  while (true) {
    try {
      return await look();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

// A zombie (its parent has not looked yet) is not running.
function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)])
      .toString()
      .startsWith('Z');
  } catch {
    return false;
  }
}

/** A process of its own that owns the data folder, as Croft does, until `kill` (-9). */
async function startOwner() {
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(new URL('./embedded.ts', import.meta.url).href)});
    const { pino } = await import('pino');
    const postgres = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: pino({ level: 'silent' }) });
    console.log(JSON.stringify({ postmaster: postgres.pid(), connection: postgres.connection }));`;
  const owner = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(owner, 'exit');
  const kill = async () => {
    owner.kill('SIGKILL');
    await ended;
  };
  cleanups.push(kill);
  const [said] = await Promise.race([once(owner.stdout, 'data'), ended]);
  const { postmaster, connection }: Reachable & { postmaster: number } = JSON.parse(String(said));
  return { pid: owner.pid, postmaster, connection, kill };
}

describe('starting and stopping', () => {
  test('the database is durable, UTF-8, with checksums, behind a private socket and no port', async () => {
    const postgres = await start();
    const settings = await ask(
      postgres,
      `SELECT current_setting('fsync') fsync, current_setting('synchronous_commit') commit, current_setting('jit') jit,
              current_setting('listen_addresses') tcp, current_setting('data_checksums') checksums,
              current_setting('max_connections') connections, current_setting('server_encoding') encoding,
              upper('ж') upper, current_database() database, current_user "user"`,
    );
    expect(settings).toEqual([
      {
        fsync: 'on',
        commit: 'on',
        jit: 'off',
        tcp: '',
        checksums: 'on',
        connections: '60',
        encoding: 'UTF8',
        upper: 'Ж',
        database: 'croft',
        user: 'croft',
      },
    ]);
    expect((await stat(join(dataDir, 'postgres-18'))).mode & 0o777).toBe(0o700);
    expect((await stat(postgres.connection.host)).mode & 0o777).toBe(0o700);
  });

  test('a restart keeps the data; stop ends the server and removes the socket folder', async () => {
    const postgres = await start();
    await write(postgres, 'before stop');
    await Promise.all([postgres.stop(), postgres.stop()]);
    expect(isRunning(postgres.pid())).toBe(false);
    await expect(stat(postgres.connection.host)).rejects.toThrow('ENOENT');

    const again = await start();
    expect(await facts(again)).toEqual(['from the first start', 'before stop']);
    expect(again.connection).toEqual(postgres.connection);
  });

  test('stop does not wait for a busy client', async () => {
    const postgres = await start();
    const busy = ask(postgres, 'SELECT pg_sleep(60)').catch((error: unknown) => error);
    const running = "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    await eventually(async () => expect(await ask(postgres, running)).toHaveLength(1));
    const before = Date.now();
    await postgres.stop();
    expect(Date.now() - before).toBeLessThan(5_000);
    expect(await busy).toBeInstanceOf(Error);
  });
});

describe('kill -9', () => {
  test('of Postgres: it comes back by itself with what was committed, as often as it is killed', async () => {
    const lines: string[] = [];
    const postgres = await start(dataDir, pino({}, { write: (line: string) => void lines.push(line) }));
    for (const fact of ['killed once', 'killed twice']) {
      const killed = postgres.pid();
      await write(postgres, fact);
      process.kill(killed, 'SIGKILL');
      await eventually(() => expect(postgres.pid()).not.toBe(killed));
      await eventually(async () => expect(await facts(postgres)).toContain(fact));
    }
    expect(lines.filter((line) => line.includes('Postgres died'))).toHaveLength(2);
    await postgres.stop();
    expect(isRunning(postgres.pid())).toBe(false);
  });

  test('of Postgres, then stop at once: nothing is started again', async () => {
    const postgres = await start();
    process.kill(postgres.pid(), 'SIGKILL');
    await postgres.stop();
    expect(isRunning(postgres.pid())).toBe(false);
    await expect(ask(postgres, 'SELECT 1')).rejects.toThrow();
    expect(await facts(await start())).toContain('from the first start');
  });

  test('of Croft: the next one takes over from the Postgres left behind, nothing committed is lost', async () => {
    const owner = await startOwner();
    await write(owner, 'before kill -9 of Croft');
    await owner.kill();
    expect(isRunning(owner.postmaster)).toBe(true);

    const postgres = await start();
    expect(isRunning(owner.postmaster)).toBe(false);
    expect(await facts(postgres)).toContain('before kill -9 of Croft');
  });

  test('of both: the next one recovers', async () => {
    const owner = await startOwner();
    await write(owner, 'before kill -9 of both');
    process.kill(owner.postmaster, 'SIGKILL');
    await owner.kill();
    expect(await facts(await start())).toContain('before kill -9 of both');
  });

  test('with its process id taken by another program since: Postgres starts, that program stays', async () => {
    const owner = await startOwner();
    const stranger = spawn('sleep', ['60']);
    cleanups.push(async () => stranger.kill());
    const left = [join(dataDir, 'postgres-18/postmaster.pid'), join(owner.connection.host, '.s.PGSQL.5432.lock')];
    const texts = await Promise.all(left.map((file) => readFile(file, 'utf8')));
    process.kill(owner.postmaster, 'SIGKILL');
    await owner.kill();
    const stale = texts.map((text) => text.replace(/^\d+/, String(stranger.pid)));
    await Promise.all(left.map((file, at) => writeFile(file, stale[at] ?? '')));

    expect(await facts(await start())).toContain('from the first start');
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });
});

describe('a second Croft on the same data folder', () => {
  test('is refused in words that name folder and process, and does not disturb the first', async () => {
    const owner = await startOwner();
    const refused = start();
    await expect(refused).rejects.toThrow(DataFolderError);
    await expect(refused).rejects.toThrow(`${dataDir} is in use by another Croft (process ${owner.pid})`);
    expect(await facts(owner)).toContain('from the first start');
    await owner.kill();
    await start();
  });

  test('is refused in the same process and through a link too; of three at once one wins', async () => {
    const link = join(root, 'another name');
    await symlink(dataDir, link);
    const attempts = await Promise.allSettled([dataDir, link, dataDir].map((name) => start(name)));
    expect(attempts.map((attempt) => attempt.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  });
});

test.for([
  ['open to others', (folder: string) => mkdir(folder, { mode: 0o755 })],
  ['a link', (folder: string) => symlink(root, folder)],
] as const)('a socket folder that is %s is refused', async ([, make]) => {
  const postgres = await start();
  const folder = postgres.connection.host;
  await postgres.stop();
  await make(folder);
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  await expect(start()).rejects.toThrow(/not a private folder/);
});

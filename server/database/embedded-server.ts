import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { type Program, programEnvironment } from './embedded-binaries.ts';
import { createLogReader } from './embedded-log.ts';
import { shutdownSteps } from './embedded-postmaster.ts';
import { serverArguments } from './embedded-settings.ts';
import { postgresPort } from './embedded-socket.ts';

// Replaying 1 GB of log (max_wal_size) after a power cut takes minutes on an SD card; Postgres is never killed for that.
const readyDeadline = 10 * 60_000;
const saySlowEvery = 5_000;

export type ServerPlace = { postgres: Program; cluster: string; socketFolder: string; log: Logger };

/** Connection options for `database` of the server in `socketFolder`; its only role is croft, without a password. */
export function connectionTo<Name extends string>(socketFolder: string, database: Name) {
  return { host: socketFolder, port: postgresPort, user: 'croft' as const, database };
}

/** Starts one postmaster now. It may fail yet: wait for `ready`. */
export function spawnServer({ postgres, cluster, socketFolder, log }: ServerPlace) {
  const reader = createLogReader(log);
  const startedAt = Date.now();
  const child = spawn(postgres.file, [...postgres.prefix, ...serverArguments(cluster, socketFolder)], {
    env: programEnvironment,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own session: Ctrl-C in a terminal must not stop the database before the journal is flushed.
    detached: true,
  });
  createInterface({ input: child.stderr }).on('line', reader.read);

  let ended = false;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    child.once('error', (error) => resolve(error.message));
  }).finally(() => {
    ended = true;
  });

  async function ready(): Promise<void> {
    let saidAt = startedAt;
    while (!(await answers(socketFolder))) {
      if (ended) throw new Error(`Postgres ended (${await exited}). ${reader.complaints()}`);
      if (Date.now() - startedAt > readyDeadline) throw new Error(`Postgres does not answer. ${reader.complaints()}`);
      if (Date.now() - saidAt > saySlowEvery) {
        saidAt = Date.now();
        log.info({ seconds: Math.round((saidAt - startedAt) / 1000) }, 'Postgres is recovering after a crash, waiting');
      }
      await sleep(10);
    }
  }

  async function stop(): Promise<void> {
    for (const step of shutdownSteps) {
      if (ended) return;
      child.kill(step.signal);
      const timeout = new AbortController();
      await Promise.race([exited, sleep(step.wait, undefined, { signal: timeout.signal }).catch(() => undefined)]);
      timeout.abort();
    }
  }

  return { pid: child.pid ?? 0, startedAt, exited, ready, stop };
}

export type Server = ReturnType<typeof spawnServer>;

async function answers(socketFolder: string): Promise<boolean> {
  try {
    return await query(socketFolder, 'postgres', async (client) => (await client.query('SELECT 1')).rowCount === 1);
  } catch {
    return false;
  }
}

/** Makes the database `croft` when it is not there yet. */
export async function ensureDatabase(socketFolder: string, log: Logger): Promise<void> {
  await query(socketFolder, 'postgres', async (client) => {
    const found = await client.query("SELECT 1 FROM pg_database WHERE datname = 'croft'");
    if (found.rowCount !== 0) return;
    await client.query('CREATE DATABASE croft');
    log.info('made the database');
  });
}

async function query<Result>(socketFolder: string, database: string, ask: (client: pg.Client) => Promise<Result>) {
  const client = new pg.Client({
    ...connectionTo(socketFolder, database),
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  // A server that dies under an open connection reports it here as well; the query's own failure says it already.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await ask(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

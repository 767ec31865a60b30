import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const mainFile = fileURLToPath(new URL('../main.ts', import.meta.url));

type Env = Record<string, string>;

/** `node server/main.ts`, as `npm start` runs it, with nothing in its environment but what is given. */
export function spawnCroft(env: Env, options: { args?: string[]; cwd?: string } = {}) {
  const child = spawn(process.execPath, [mainFile, ...(options.args ?? [])], {
    cwd: options.cwd ?? tmpdir(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { out: '', err: '' };
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const exited = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    output.out += `${line}\n`;
  });
  /** The first line that matches. @throws Error with all it said when it ends before */
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = (line: string) => pattern.test(line) && resolve(line);
      output.out.split('\n').forEach(look);
      lines.on('line', look);
      exited.then((code) => reject(new Error(`Croft ended (${code}): ${output.out}${output.err}`)));
    });
  return {
    child,
    output,
    /** The exit code, or the signal that ended it. */
    exited,
    said,
    ready: async () => JSON.parse(await said(/"Croft is ready/)) as { url: string; mqttPort: number },
    setupToken: async () => /token=([\w-]+)/.exec(await said(/\/setup\?token=/))?.[1] ?? '',
  };
}

export type CroftProcess = ReturnType<typeof spawnCroft>;

/** A data folder of its own, and Croft on it with its embedded Postgres, started and killed as often as one likes. */
export async function croftOnDisk(env: Env = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'croft-disk-'));
  const started: CroftProcess[] = [];

  const postgresPid = async () =>
    Number.parseInt(await readFile(join(dataDir, 'postgres-18', 'postmaster.pid'), 'utf8'), 10);

  return {
    dataDir,
    postgresPid,
    start: () => {
      const croft = spawnCroft({
        CROFT_HTTP_PORT: '0',
        CROFT_MQTT_PORT: '0',
        CROFT_DATA_DIR: dataDir,
        CROFT_UNIT_RATE_PER_SECOND: '100000',
        CROFT_UNIT_RATE_PER_MINUTE: '6000000',
        ...env,
      });
      started.push(croft);
      return croft;
    },
    /** Ends what still runs and removes the folder. */
    remove: async () => {
      for (const { child, exited } of started.filter(({ child: { exitCode } }) => exitCode === null)) {
        child.kill('SIGTERM');
        await exited;
      }
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export type CroftOnDisk = Awaited<ReturnType<typeof croftOnDisk>>;

/** Resident memory of a process in MB, from /proc. */
export async function residentMegabytes({ pid }: Pick<ChildProcess, 'pid'>): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

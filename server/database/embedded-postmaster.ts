import { execFile } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { programEnvironment } from './embedded-binaries.ts';
import { DataFolderError, systemCode } from './embedded-errors.ts';
import { postgresPort } from './embedded-socket.ts';

const run = promisify(execFile);

/**
 * How a postmaster is ended, step by step, with the time in ms each step has: fast (roll back, checkpoint), immediate (no
 * checkpoint, recovery at the next start; committed data is safe in both), and the kernel's.
 * https://www.postgresql.org/docs/18/server-shutdown.html
 */
export const shutdownSteps = [
  { signal: 'SIGINT', wait: 10_000 },
  { signal: 'SIGQUIT', wait: 3_000 },
  { signal: 'SIGKILL', wait: 2_000 },
] as const;

/**
 * Clears the way for a new postmaster. The one left by a Croft that was killed is stopped, not adopted: its log pipe is
 * gone, its settings may be an older version's, and what that Croft still had running in it ends before we read. Files
 * of a dead one go, when its process id is some other program's by now: Postgres would take that one for a postmaster.
 * Call it with the data folder locked.
 */
export async function clearOldPostmaster(place: { cluster: string; socketFolder: string; log: Logger }): Promise<void> {
  const { cluster, socketFolder, log } = place;
  const pid = await readPostmasterPid(cluster);
  if (pid !== undefined && isAlive(pid)) {
    if (await isPostmasterOf(pid, cluster)) {
      log.warn({ postgresPid: pid }, 'Postgres of a Croft that was killed still runs, stopping it');
      await stopOrphan(pid, cluster);
    } else {
      log.warn({ postgresPid: pid }, 'postmaster.pid names a process that is not our Postgres, removed');
      await rm(join(cluster, 'postmaster.pid'), { force: true });
    }
  }
  await rm(join(socketFolder, `.s.PGSQL.${postgresPort}.lock`), { force: true });
}

async function readPostmasterPid(cluster: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8'), 10);
    return pid > 1 ? pid : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function stopOrphan(pid: number, cluster: string): Promise<void> {
  for (const step of shutdownSteps) {
    process.kill(pid, step.signal);
    const deadline = Date.now() + step.wait;
    while (Date.now() < deadline) {
      if (!(await isPostmasterOf(pid, cluster))) return;
      await sleep(10);
    }
  }
  throw new DataFolderError(
    `Postgres (process ${pid}) still runs on ${cluster} and does not stop.`,
    `End it (kill ${pid}), then start Croft again.`,
  );
}

// EPERM means a process of another user: Postgres itself does not take it for a postmaster of ours either.
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A postmaster's working directory is its data folder. False for a zombie, which has none. */
async function isPostmasterOf(pid: number, cluster: string): Promise<boolean> {
  if (process.platform !== 'linux') return isListedWithFolder(pid, cluster);
  try {
    const [name, itsFolder, ours] = await Promise.all([
      readFile(`/proc/${pid}/comm`, 'utf8'),
      stat(`/proc/${pid}/cwd`),
      stat(cluster),
    ]);
    return name.trim() === 'postgres' && itsFolder.ino === ours.ino && itsFolder.dev === ours.dev;
  } catch {
    return false;
  }
}

async function isListedWithFolder(pid: number, cluster: string): Promise<boolean> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { env: programEnvironment });
    return stdout.includes(`postgres -D ${cluster} `);
  } catch {
    return false;
  }
}

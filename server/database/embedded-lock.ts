import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataFolderError, messageOf } from './embedded-errors.ts';

const SQLITE_BUSY = 5;

/**
 * Takes the data folder for this process; `release` gives it back. Throws DataFolderError when another process has it.
 *
 * Node has no flock(2). SQLite's exclusive transaction is one: a POSIX lock on `croft.lock` that the kernel drops with its
 * process (kill -9 too), that has no race over a stale file, and that holds across containers sharing the folder. Nothing
 * is ever written to it, and nothing else in this process may open it: closing any descriptor of a file drops the locks
 * its process has on it (fcntl(2)). `croft.pid` only serves the message.
 */
export function lockDataFolder(dataDir: string): { release(): void } {
  const pidFile = join(dataDir, 'croft.pid');
  const lock = takeLock(dataDir, pidFile);
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return {
    release: () => {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

function takeLock(dataDir: string, pidFile: string): DatabaseSync {
  const file = join(dataDir, 'croft.lock');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    // Whoever may read the file could lock us out.
    chmodSync(file, 0o600);
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw inUse(dataDir, pidFile);
    throw new DataFolderError(
      `The data folder ${dataDir} cannot be locked: ${messageOf(error)}.`,
      'It has to be a folder this user may write to, on a disk that supports file locks; croft.lock in it must be empty.',
      { cause: error },
    );
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

function inUse(dataDir: string, pidFile: string): DataFolderError {
  const pid = readPid(pidFile);
  return new DataFolderError(
    `The data folder ${dataDir} is in use by another Croft${pid === undefined ? '' : ` (process ${pid})`}.`,
    'Stop that one first, or choose another folder with CROFT_DATA_DIR.',
  );
}

function readPid(pidFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10) || undefined;
  } catch {
    return undefined;
  }
}

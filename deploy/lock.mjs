import { createHash } from 'node:crypto';
import { linkSync, readFileSync, realpathSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const heartbeatMs = 5_000;
const silenceMs = 60_000;

/**
 * Does `work` while no other process does work on the same folder. The lock is a file with a process id, outside the
 * folder because `npm ci` empties node_modules. It is taken over when its process is gone or has been silent for 60 s
 * (a process id can be reused). `onWait` is told the other's id, once.
 */
export async function withLock(folder, work, onWait) {
  const path = lockPath(folder);
  await acquire(path, onWait);
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    process.off('exit', release);
    release();
  }
}

/** Named by the user too: a file in a shared folder that another user made could never be taken over. */
function lockPath(folder) {
  const name = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16);
  return join(tmpdir(), `croft-ready-${process.getuid?.() ?? 'user'}-${name}.lock`);
}

async function acquire(path, onWait) {
  for (let waited = false; !take(path); waited = true) {
    const holder = readHolder(path);
    if (!holder) continue;
    if (!holder.isAlive) {
      removeStale(path);
      continue;
    }
    if (!waited) onWait(holder.pid);
    await delay(200);
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when the lock was released meanwhile. */
function readHolder(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    const isSilent = Date.now() - statSync(path).mtimeMs > silenceMs;
    // 0 is a lock whose maker has not written its id yet.
    return { pid, isAlive: !isSilent && (pid === 0 || isRunning(pid)) };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Moves the lock aside before it is judged again, so that of two who found it stale one cannot remove the other's new one. */
function removeStale(path) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readHolder(aside)?.isAlive) linkSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function touch(path) {
  const now = new Date();
  utimesSync(path, now, now);
}

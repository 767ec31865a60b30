import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedPostgres } from './embedded.ts';
import { DataFolderError } from './embedded-errors.ts';

const log = pino({ level: 'silent' });
let root: string;
let folders = 0;

// A first start that finds what an interrupted one left.
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'croft-test-'));
  await mkdir(join(root, 'whole/postgres-18.new/base'), { recursive: true });
  const postgres = await startEmbeddedPostgres({ dataDir: join(root, 'whole'), log });
  await postgres.stop();
}, 20_000);

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

test('what an interrupted first start left is gone after the next', async () => {
  expect((await readdir(join(root, 'whole'))).sort()).toEqual(['croft.lock', 'postgres-18']);
});

/** A copy without the contents of tables and log (60 of its 63 MB): enough for what is refused before they are read. */
async function copyOfData(): Promise<string> {
  folders += 1;
  const dataDir = join(root, String(folders));
  const isLight = (path: string) => !/\/(base|pg_wal)\//.test(path);
  await cp(join(root, 'whole'), dataDir, { recursive: true, filter: isLight });
  return dataDir;
}

/** Every entry below a folder with size, owner and time of change: equal lists mean that nothing was touched. */
async function listing(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const lines = entries.map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isSymbolicLink()) return `${path} link`;
    const { size, uid, mtimeMs } = await stat(path);
    return entry.isFile() ? `${path} ${uid} ${size} ${mtimeMs}` : `${path} ${uid}`;
  });
  return (await Promise.all(lines)).sort();
}

const remove = (path: string) => rm(path, { recursive: true });

const damages: { what: string; message: RegExp; damage: (cluster: string) => Promise<unknown> }[] = [
  { what: 'without PG_VERSION', message: /PG_VERSION is missing/, damage: (it) => remove(join(it, 'PG_VERSION')) },
  {
    what: 'without control file',
    message: /pg_control is missing/,
    damage: (it) => remove(join(it, 'global/pg_control')),
  },
  { what: 'without its log', message: /pg_wal is missing/, damage: (it) => remove(join(it, 'pg_wal')) },
  {
    what: 'of another version',
    message: /is of Postgres "17", not 18/,
    damage: (it) => writeFile(join(it, 'PG_VERSION'), '17\n'),
  },
  {
    what: 'of another version beside',
    message: /postgres-17 holds data of another Postgres/,
    damage: (it) => rename(it, it.replace(/18$/, '17')),
  },
  {
    what: 'emptied, or its disk not mounted',
    message: /PG_VERSION is missing/,
    damage: async (it) => {
      await remove(it);
      await mkdir(it);
    },
  },
  {
    what: 'that is a link to nowhere',
    message: /PG_VERSION is missing/,
    damage: async (it) => {
      await remove(it);
      await symlink('/nowhere/postgres', it);
    },
  },
  {
    what: 'that is a file',
    message: /PG_VERSION cannot be read/,
    damage: async (it) => {
      await remove(it);
      await writeFile(it, 'mine');
    },
  },
];

test.for(damages)('a data folder $what is refused and left as it is', async ({ message, damage }) => {
  const dataDir = await copyOfData();
  await damage(join(dataDir, 'postgres-18'));
  const before = await listing(dataDir);
  const refused = startEmbeddedPostgres({ dataDir, log });
  await expect(refused).rejects.toThrow(DataFolderError);
  await expect(refused).rejects.toThrow(message);
  expect(await listing(dataDir)).toEqual(before);
});

test('what only Postgres can see is refused in its words, and the lock is given back', async () => {
  const dataDir = await copyOfData();
  const control = join(dataDir, 'postgres-18/global/pg_control');
  await writeFile(control, Buffer.alloc(8192, 7));
  const before = await stat(control);
  const refused = startEmbeddedPostgres({ dataDir, log });
  await expect(refused).rejects.toThrow(DataFolderError);
  await expect(refused).rejects.toThrow(/does not start on .*postgres-18.*(control file|incompatible)/s);
  expect((await stat(control)).mtimeMs).toBe(before.mtimeMs);
  expect(await readdir(dataDir)).not.toContain('croft.pid');
});

test.runIf(process.geteuid?.() === 0)('a data folder of another user is refused', async () => {
  const dataDir = await copyOfData();
  execFileSync('chown', ['-R', '4321', join(dataDir, 'postgres-18')]);
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(/belongs to user 4321/);
});

test('a data folder that is a file is refused', async () => {
  const dataDir = join(root, 'a file');
  await writeFile(dataDir, 'mine');
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(/cannot be opened/);
  expect((await stat(dataDir)).size).toBe(4);
});

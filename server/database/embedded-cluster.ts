import { execFile } from 'node:child_process';
import { access, chmod, constants, lstat, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Program, programEnvironment } from './embedded-binaries.ts';
import { DataFolderError, EmbeddedPostgresError, messageOf, systemCode } from './embedded-errors.ts';

const run = promisify(execFile);

const majorVersion = '18';
const folderName = `postgres-${majorVersion}`;

// Without any of these Postgres cannot tell what is committed; checked before it starts so that the message is ours.
const neededFiles = ['global/pg_control', 'base', 'pg_wal', 'pg_xact', 'pg_hba.conf'];

const restoreHint = 'Restore it from a backup, or move it away to begin with an empty one. Nothing was changed.';

/**
 * Gives the Postgres data folder in `dataDir`, made by initdb when there is none yet.
 * What is there but cannot be used is never replaced: DataFolderError says what was found.
 */
export async function prepareCluster(options: { dataDir: string; initdb: Program }): Promise<string> {
  const cluster = join(options.dataDir, folderName);
  if (await exists(cluster)) {
    await checkCluster(cluster);
    await chmod(cluster, 0o700);
  } else {
    await refuseOtherVersion(options.dataDir);
    await createCluster(cluster, options.initdb);
  }
  return cluster;
}

async function exists(path: string): Promise<boolean> {
  try {
    // Not stat: a link to a disk that is not mounted is a data folder too.
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

async function refuseOtherVersion(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  const other = names.find((name) => /^postgres-\d+$/.test(name));
  if (other === undefined) return;
  throw new DataFolderError(
    `${join(dataDir, other)} holds data of another Postgres; this Croft brings Postgres ${majorVersion}.`,
    'Start the Croft that made it, dump its database with pg_dump and restore that into an outside Postgres (DATABASE_URL), or choose another folder with CROFT_DATA_DIR.',
  );
}

// Beside its place and renamed at the end: a crash in the middle leaves nothing that looks like a data folder.
async function createCluster(cluster: string, initdb: Program): Promise<void> {
  const unfinished = `${cluster}.new`;
  await rm(unfinished, { recursive: true, force: true });
  const args = [
    `--pgdata=${unfinished}`,
    '--username=croft',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--auth-local=trust',
    '--auth-host=reject',
    '--data-checksums',
    '--no-instructions',
  ];
  try {
    await run(initdb.file, [...initdb.prefix, ...args], { env: programEnvironment });
  } catch (error) {
    throw new EmbeddedPostgresError(
      `Postgres could not make its data folder ${cluster}: ${messageOf(error).trim()}`,
      "See that the disk has room (about 70 MB) and the folder belongs to the user Croft runs as; no sudo in another's home.",
      { cause: error },
    );
  }
  await rename(unfinished, cluster);
  await syncFolder(join(cluster, '..'));
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

async function checkCluster(cluster: string): Promise<void> {
  const version = await readNeeded(join(cluster, 'PG_VERSION'), cluster);
  if (version.trim() !== majorVersion) {
    throw new DataFolderError(
      `${cluster} is of Postgres ${JSON.stringify(version.trim().slice(0, 20))}, not ${majorVersion}.`,
      restoreHint,
    );
  }
  await refuseForeignOwner(cluster);
  for (const file of neededFiles) await checkReadable(join(cluster, file), cluster);
}

async function readNeeded(file: string, cluster: string): Promise<string> {
  await checkReadable(file, cluster);
  return await readFile(file, 'utf8');
}

async function checkReadable(file: string, cluster: string): Promise<void> {
  try {
    await access(file, constants.R_OK | constants.W_OK);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw unreadable(file, error);
    throw new DataFolderError(`${cluster} is damaged: ${file} is missing.`, restoreHint, { cause: error });
  }
}

async function refuseForeignOwner(cluster: string): Promise<void> {
  const { uid } = await stat(cluster);
  const own = process.geteuid?.();
  if (uid === own) return;
  throw new DataFolderError(
    `${cluster} belongs to user ${uid}, Croft runs as user ${own}.`,
    `Start Croft as that user, or hand the folder over: chown -R ${own} ${cluster}`,
  );
}

function unreadable(path: string, cause: unknown): DataFolderError {
  return new DataFolderError(
    `${path} cannot be read: ${messageOf(cause)}.`,
    'Give it to the user Croft runs as (chown -R), and see that its disk is well. Nothing was changed.',
    { cause },
  );
}

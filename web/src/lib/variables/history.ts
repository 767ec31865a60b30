import { callRaw } from '#lib/api/call.ts';
import type { Aggregate } from './aggregate.ts';

/** `from` and `to` in epoch milliseconds, `to` exclusive; `every` as in 15m, chosen by the instance unless said. */
export type HistoryQuery = { from: number; to: number; aggregate: Aggregate; every?: string };

/** A point is [epoch milliseconds, value], of an envelope [epoch milliseconds, mean, min, max]. */
export type HistoryPoint = readonly [at: number, ...values: unknown[]];
export type History = {
  variable: string;
  aggregate: Aggregate;
  every: string | null;
  points: HistoryPoint[];
  truncated: boolean;
};

/** As many as a chart stays quick with; above it the instance says that it cut. */
const mostPoints = 10_000;
const mostExported = 1_000_000;

/** Values of a variable over time. @throws ApiError */
export async function readHistory(id: string, query: HistoryQuery): Promise<History> {
  const response = await callRaw('GET /api/variables/:id/history', {
    params: { id },
    query: { ...query, from: iso(query.from), to: iso(query.to), limit: mostPoints },
  });
  return (await response.json()) as History;
}

/** Where the same values can be downloaded. */
export function exportAddress(id: string, query: HistoryQuery, format: 'csv' | 'json' | 'ndjson'): string {
  const { from, to, aggregate, every } = query;
  const search = new URLSearchParams({ from: iso(from), to: iso(to), aggregate, limit: String(mostExported), format });
  if (every) search.set('every', every);
  return `/api/variables/${id}/history?${search}`;
}

/** Longer than any time asked about, so that one period holds it all. */
const everything = '999999d';

export type Statistics = { mean: number; min: number; max: number; median: number; count: number } | { count: number };

/** What the values of a time come to; without numbers among them their count alone. @throws ApiError */
export async function readStatistics(id: string, { from, to }: HistoryQuery, numeric: boolean): Promise<Statistics> {
  const read = async (aggregate: Aggregate) =>
    (await readHistory(id, { from, to, aggregate, every: everything })).points[0]?.slice(1) as number[] | undefined;
  const [counted, measured, middle] = await Promise.all([
    read('count'),
    numeric ? read('envelope') : undefined,
    numeric ? read('median') : undefined,
  ]);
  const count = counted?.[0] ?? 0;
  const [mean, min, max] = measured ?? [];
  const median = middle?.[0];
  if (mean === undefined || min === undefined || max === undefined || median === undefined) return { count };
  return { mean, min, max, median, count };
}

const iso = (at: number) => new Date(at).toISOString();

import { callRaw } from '#lib/api/call.ts';
import type { Point } from '#lib/charts/chart-data.ts';
import type { Span } from './period.ts';

/** An answer of the history route; `every` is the period of each point, null for raw values. */
type Answer = { every: string | null; points: [at: number, ...values: unknown[]][]; truncated: boolean };

/** Numbers for a chart. `every`: milliseconds behind each point, 0 when they are the values themselves. */
export type NumberHistory = {
  points: Point[];
  envelope?: { min: (number | null)[]; max: (number | null)[] };
  every: number;
};
/** Values of any kind, in order of time. */
export type ValueHistory = { points: [at: number, value: unknown][]; every: number };

/** Raw values are asked for up to this length (ms), and up to this many; else periods say as much in a chart's width. */
const longestRaw = 3_600_000;
const mostRaw = 4_000;

/** @param ask the history of one variable, by its query */
type Ask = (query: Record<string, unknown>) => Promise<Answer>;

export const askHistory =
  (id: string): Ask =>
  async (query) => {
    const response = await callRaw('GET /api/variables/:id/history', { params: { id }, query });
    return response.json();
  };

export async function readNumbers(ask: Ask, span: Span): Promise<NumberHistory> {
  const times = isoTimes(span);
  const raw = isShort(span) ? await ask({ ...times, limit: mostRaw }) : undefined;
  if (raw && !raw.truncated) return { points: raw.points.map(([at, value]) => [at, numberOf(value)]), every: 0 };
  const { points, every } = await ask({ ...times, aggregate: 'envelope' });
  return {
    points: points.map(([at, mean]) => [at, numberOf(mean)]),
    envelope: {
      min: points.map(([, , min]) => numberOf(min)),
      max: points.map(([, , , max]) => numberOf(max)),
    },
    every: lengthOf(every),
  };
}

/** Where there are too many values, the last one of each period stands for it. */
export async function readValues(ask: Ask, span: Span): Promise<ValueHistory> {
  const times = isoTimes(span);
  const raw = await ask({ ...times, limit: mostRaw });
  const { points, every } = raw.truncated ? await ask({ ...times, aggregate: 'last' }) : raw;
  return { points: points.map(([at, value]) => [at, value]), every: lengthOf(every) };
}

const isShort = ({ from, to }: Span) => to - from <= longestRaw;
const isoTimes = ({ from, to }: Span) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
const numberOf = (value: unknown) => (typeof value === 'number' ? value : null);

const unitLengths: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** `15m` in milliseconds, 0 for null. */
const lengthOf = (every: string | null) =>
  every === null ? 0 : Number.parseInt(every, 10) * (unitLengths[every.slice(-1)] ?? 0);

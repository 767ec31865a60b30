import { type Aggregate, aggregates } from './aggregate.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Stretches of time up to now, in milliseconds, by their names in the page's address. */
export const spans = {
  '1h': hour,
  '6h': 6 * hour,
  '24h': 24 * hour,
  '7d': 7 * day,
  '30d': 30 * day,
  '365d': 365 * day,
} as const;
export type Span = keyof typeof spans;
export const spanNames = Object.keys(spans) as Span[];

/** What the page of a variable shows: a stretch up to now, or fixed times (epoch milliseconds, `to` exclusive). */
export type Question = {
  time: Span | { from: number; to: number };
  /** undefined: what is usual for the type and the length */
  aggregate: Aggregate | undefined;
  /** Period of the aggregate, as in 15m; undefined: the instance chooses */
  every: string | undefined;
};

const usualSpan: Span = '24h';
const everyPattern = /^[1-9]\d{0,5}[smhd]$/;

/** Reads the page's address; what makes no sense there is as if it were not there. */
export function readQuestion(query: Pick<URLSearchParams, 'get'>): Question {
  const every = query.get('every');
  return {
    time: readTimes(query) ?? findIn(spanNames, query.get('period')) ?? usualSpan,
    aggregate: findIn(aggregates, query.get('aggregate')),
    every: every !== null && everyPattern.test(every) ? every : undefined,
  };
}

/** The page's address for a question, as in `?period=7d&aggregate=max`; readQuestion reads the same question from it. */
export function questionAddress({ time, aggregate, every }: Question): string {
  const query = new URLSearchParams(
    typeof time === 'string' ? { period: time } : { from: iso(time.from), to: iso(time.to) },
  );
  if (aggregate) query.set('aggregate', aggregate);
  if (every) query.set('every', every);
  return `?${query}`;
}

function readTimes(query: Pick<URLSearchParams, 'get'>): { from: number; to: number } | undefined {
  const [from, to] = [Date.parse(query.get('from') ?? ''), Date.parse(query.get('to') ?? '')];
  return from >= 0 && from < to && to < Date.UTC(10_000, 0) ? { from, to } : undefined;
}

function findIn<T extends string>(all: readonly T[], text: string | null): T | undefined {
  return all.find((one) => one === text);
}

/** Length of what is shown, in milliseconds. */
export const lengthOf = ({ time }: Question) => (typeof time === 'string' ? spans[time] : time.to - time.from);

/** A moving window moves in steps of a pixel or so, and not more often than once a second. */
const stepsOfWindow = 500;

/** The times a question comes to, in epoch milliseconds; a stretch up to now ends a step after it, so that now is in it. */
export function timesOf({ time }: Question, now: number): { from: number; to: number } {
  if (typeof time !== 'string') return time;
  const step = Math.max(second, spans[time] / stepsOfWindow);
  const to = (Math.floor(now / step) + 1) * step;
  return { from: to - spans[time], to };
}

const periods = ['1s', '10s', '1m', '5m', '15m', '1h', '6h', '1d', '7d', '30d'];
const units = { s: second, m: minute, h: hour, d: day };

/** Milliseconds of a period as in 15m. */
export const periodLength = (text: string) => Number(text.slice(0, -1)) * units[text.slice(-1) as keyof typeof units];

/** The periods worth choosing for a length of time: from two on a chart to a few on each of its pixels. */
export function periodsFor(length: number): string[] {
  return periods.filter((text) => {
    const count = length / periodLength(text);
    return count >= 2 && count <= 5_000;
  });
}

const iso = (at: number) => new Date(at).toISOString();

import type { z } from 'zod';
import { invalid } from '../errors.ts';
import type { RouteRequest } from '../http/contract.ts';
import type { aggregate, historyContract } from './contract.ts';
import { choosePeriod, parsePeriod } from './period.ts';

type Query = RouteRequest<(typeof historyContract)['GET /api/variables/:id/history']>['query'];

/** From (inclusive) to (exclusive), in epoch milliseconds. */
export type Span = { from: number; to: number };
export type Aggregate = Exclude<z.output<typeof aggregate>, 'raw'>;
/** A period as text (15m) and in milliseconds. */
export type Period = { text: string; length: number };

export type RawQuestion = { span: Span; limit: number; aggregate: 'raw'; every: undefined };
export type PeriodQuestion = { span: Span; limit: number; aggregate: Aggregate; every: Period };
export type Question = RawQuestion | PeriodQuestion;

/** How many periods a question may have, and about how many it gets when it names no period: what a chart can show. */
const mostPeriods = 20_000;
const periodsOfChart = 500;

const day = 86_400_000;
const latest = Date.UTC(10_000, 0);

/** @throws AppError 422 when the times or the period make no sense, with a usable one */
export function readQuestion({ from, to, every, aggregate, limit }: Query, now: number): Question {
  const span = readSpan(from, to, now);
  if (aggregate !== 'raw') return { span, limit, aggregate, every: readPeriod(every, span) };
  if (every !== undefined) throw refused('/every', 'A period needs an aggregate, such as aggregate=mean.');
  return { span, limit, aggregate, every: undefined };
}

function readSpan(from: string | undefined, to: string | undefined, now: number): Span {
  const end = to === undefined ? now : Date.parse(to);
  const start = from === undefined ? Math.max(0, end - day) : Date.parse(from);
  if (start < 0 || end > latest) throw refused('/from', 'Times lie between the years 1970 and 9999.');
  if (start >= end) throw refused('/from', '`from` must be before `to`.');
  return { from: start, to: end };
}

function readPeriod(every: string | undefined, span: Span): Period {
  const text = every ?? choosePeriod(span.to - span.from, periodsOfChart);
  const length = parsePeriod(text);
  const periods = (span.to - span.from) / length;
  if (periods <= mostPeriods) return { text, length };
  const usable = choosePeriod(span.to - span.from, mostPeriods);
  throw refused(
    '/every',
    `That would be ${Math.ceil(periods)} periods of ${text}, ${mostPeriods} is the most: ask for every=${usable} or a shorter time.`,
  );
}

const refused = (path: string, message: string) => invalid(message, [{ path, message }]);

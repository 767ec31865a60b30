import type { ChartSeries, Point } from '#lib/charts/chart-data.ts';
import { titleOf } from '../units/unit.ts';
import type { Variable } from './aggregate.ts';
import type { History, HistoryPoint } from './history.ts';
import { periodLength } from './question.ts';

/** A value as a chart draws it: on and off are 1 and 0; undefined for what cannot be drawn. */
export function drawable(value: unknown): number | null | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'number' || value === null ? value : undefined;
}

type Described = Pick<Variable, 'name' | 'definition' | 'writePolicy'>;

/** A history as a line; undefined when it holds something that cannot be drawn (texts, objects): that is for a table. */
export function seriesOf(variable: Described, history: History): ChartSeries | undefined {
  const points = history.points.map(([at, value]): [number, number | null | undefined] => [at, drawable(value)]);
  if (!points.every((point): point is [number, number | null] => point[1] !== undefined)) return undefined;
  return {
    label: titleOf(variable),
    unit: history.aggregate === 'count' ? undefined : variable.definition.unit,
    points: points satisfies Point[],
    gapAfter: gapAfter(variable, history.every),
    ...(history.aggregate === 'envelope' && { envelope: envelopeOf(history.points) }),
  };
}

export type NewValue = readonly [at: number, value: unknown];

/**
 * A history with live values added, each at its time (a device may empty its buffer late), a time once. What counts or
 * picks from whole periods cannot be grown by a value: it waits for the next reading, as does what was cut off.
 */
export function withValues(history: History, values: readonly NewValue[]): History {
  const growing = history.aggregate === 'raw' || history.aggregate === 'last' || history.aggregate === 'envelope';
  if (!growing || history.truncated || values.length === 0) return history;
  const points = new Map(history.points.map((point) => [point[0], point]));
  for (const [at, value] of values) {
    points.set(at, history.aggregate === 'envelope' ? [at, value, value, value] : [at, value]);
  }
  return { ...history, points: [...points.values()].sort(([a], [b]) => a - b) };
}

/** Values hold until the next one: a line straight from one to the other would show what never was. */
export const isStepped = ({ definition, writePolicy }: Described) =>
  definition.type === 'boolean' || writePolicy === 'on change';

/**
 * Without an expected interval nobody knows what a gap is, and where only changes are kept silence is none.
 * @returns milliseconds; undefined: the line never breaks
 */
function gapAfter({ definition, writePolicy }: Described, every: string | null): number | undefined {
  if (definition.interval === undefined || writePolicy !== 'every value') return undefined;
  const period = every === null ? 0 : periodLength(every);
  return Math.max(3 * definition.interval * 1_000, 2.5 * period);
}

function envelopeOf(points: readonly HistoryPoint[]): ChartSeries['envelope'] {
  const column = (index: number) => points.map((point) => drawable(point[index]) ?? null);
  return { min: column(2), max: column(3) };
}

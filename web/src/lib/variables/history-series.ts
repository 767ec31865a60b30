import type { ChartSeries, Point } from '#lib/charts/chart-data.ts';
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

export const titleOf = ({ name, definition }: Pick<Variable, 'name' | 'definition'>) => definition.title ?? name;

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

import type { ChartSeries } from '#lib/charts/chart-data.ts';
import { type History, readHistory } from '#lib/variables/history.ts';
import { drawable, seriesOf } from '#lib/variables/history-series.ts';
import { periodLength } from '#lib/variables/question.ts';
import type { Span } from './period.ts';
import type { Variable } from './unit.ts';

/** `every`: milliseconds behind each point, 0 when the points are the values themselves. */
export type NumberHistory = { series: ChartSeries; every: number };
/** Values of any kind, in order of time. */
export type ValueHistory = { points: (readonly [at: number, value: unknown])[]; every: number };

/** Raw values are asked for up to this length (ms); of longer times a chart shows the mean with its range. */
const longestRaw = 3_600_000;

/** An output's numbers for a chart; what is no number among them is left out. @throws ApiError */
export async function readNumbers(variable: Variable, span: Span): Promise<NumberHistory> {
  const raw = span.to - span.from <= longestRaw ? await read(variable, span, 'raw') : undefined;
  const history = raw && !raw.truncated ? raw : await read(variable, span, 'envelope');
  const points = history.points.filter(([, value]) => drawable(value) !== undefined);
  const series = seriesOf(variable, { ...history, points });
  return { series: series ?? { label: variable.name, points: [] }, every: everyOf(history) };
}

/** An output's values; where there are too many, the last one of each period stands for it. @throws ApiError */
export async function readValues(variable: Variable, span: Span): Promise<ValueHistory> {
  const raw = await read(variable, span, 'raw');
  const history = raw.truncated ? await read(variable, span, 'last') : raw;
  return { points: history.points.map(([at, value]) => [at, value]), every: everyOf(history) };
}

const read = ({ id }: Variable, span: Span, aggregate: History['aggregate']) => readHistory(id, { ...span, aggregate });

const everyOf = ({ every }: History) => (every === null ? 0 : periodLength(every));

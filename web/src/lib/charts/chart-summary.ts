import { exactTime } from '#lib/format/time.ts';
import { formatValue, unitSymbol } from '#lib/format/value.ts';
import { m } from '#lib/paraglide/messages.js';
import { type ChartSeries, extremesOf } from './chart-data.ts';

/** What a chart shows, in words, for those who do not see it. */
export function chartSummary(label: string, series: readonly ChartSeries[], locale: string): string {
  const sentences = series.map((one) => {
    const figures = extremesOf(one);
    if (!figures) return m.chart_summary_empty({ label: one.label });
    const value = (number: number) => `${formatValue(number, locale)} ${unitSymbol(one.unit)}`.trimEnd();
    return m.chart_summary({
      label: one.label,
      from: exactTime(figures.from, locale),
      to: exactTime(figures.to, locale),
      min: value(figures.min),
      max: value(figures.max),
      last: value(figures.last),
    });
  });
  return [label, ...sentences].join('. ');
}

import { m } from '#lib/paraglide/messages.js';
import type { Aggregate, Variable } from './aggregate.ts';

const aggregateLabels: Record<Aggregate, () => string> = {
  envelope: m.variable_aggregate_envelope,
  raw: m.variable_aggregate_raw,
  mean: m.variable_aggregate_mean,
  median: m.variable_aggregate_median,
  min: m.variable_aggregate_min,
  max: m.variable_aggregate_max,
  last: m.variable_aggregate_last,
  count: m.variable_aggregate_count,
};

export const aggregateLabel = (aggregate: Aggregate) => aggregateLabels[aggregate]();

const visibilityLabels: Record<Variable['visibility'], () => string> = {
  private: m.variable_visibility_private,
  local: m.variable_visibility_local,
  trusted: m.variable_visibility_trusted,
  public: m.variable_visibility_public,
};

export const visibilityLabel = (visibility: Variable['visibility']) => visibilityLabels[visibility]();

const units = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** A period such as 15m in words: "15 minutes", or short: "15 min". */
export function periodLabel(text: string, locale: string, unitDisplay: 'long' | 'short' = 'long'): string {
  const unit = units[text.slice(-1) as keyof typeof units];
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay }).format(Number(text.slice(0, -1)));
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Lengths one can choose, in milliseconds. */
export const lengths = { '15m': 15 * minute, '1h': hour, '24h': day, '7d': 7 * day, '30d': 30 * day } as const;
export type LengthName = keyof typeof lengths;
export const lengthNames = Object.keys(lengths) as LengthName[];

/** What a chart shows: up to now, moving on, or a stretch that stands still. Epoch milliseconds. */
export type Period = { last: LengthName } | { from: number; to: number };
export type Span = { from: number; to: number };

/** How many steps a moving chart makes while a moment crosses it: more than its pixels would not be seen. */
const stepsAcross = 900;

/** From and to of a period at this moment; a moving one goes in steps, a second at least. */
export function spanAt(period: Period, now: number): Span {
  if ('from' in period) return period;
  const length = lengths[period.last];
  const step = Math.max(1_000, length / stepsAcross);
  const to = Math.ceil(now / step) * step;
  return { from: to - length, to };
}

/** A chart shows this much at least, in milliseconds. */
const shortest = minute / 2;

/**
 * The shortest period, from when there is something to see: a unit that was just made has a chart that moves.
 * @param since when the unit was made
 * @param first when the first value is from: a device may bring values from before
 */
export function cutToBeginning(period: Period, { from, to }: Span, since: number, first = to): Span {
  if ('from' in period || period.last !== '15m') return { from, to };
  return { from: Math.max(from, Math.min(since, first, to - shortest)), to };
}

/** A period chosen by dragging or by two dates; undefined when it is none: ends before it begins, or shorter than a second. */
export function periodBetween(from: number, to: number): Period | undefined {
  if (!Number.isFinite(from) || !Number.isFinite(to) || to - from < 1_000) return undefined;
  return { from: Math.floor(from), to: Math.ceil(to) };
}

/** As `<input type="datetime-local">` has it: local time, to the second. */
export function toLocalInput(at: number): string {
  const local = new Date(at - new Date(at).getTimezoneOffset() * minute);
  return local.toISOString().slice(0, 19);
}

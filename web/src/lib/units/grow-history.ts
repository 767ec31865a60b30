import { withPoint } from '#lib/charts/chart-data.ts';
import type { NumberHistory, ValueHistory } from './read-history.ts';

/** Adds a live number (null where the value is none) and lets go of what has moved out before `from`. */
export function growNumbers(history: NumberHistory, at: number, value: unknown, from: number): NumberHistory {
  const number = typeof value === 'number' ? value : null;
  const { points, envelope } = withPoint({ label: '', ...history }, [at, number]);
  const gone = countBefore(points, from);
  return {
    every: history.every,
    points: points.slice(gone),
    ...(history.envelope && envelope && { envelope: { min: envelope.min.slice(gone), max: envelope.max.slice(gone) } }),
  };
}

/** Adds a live value to its place in time; one of the same time is the same value said twice. */
export function growValues(history: ValueHistory, at: number, value: unknown, from: number): ValueHistory {
  let place = history.points.length;
  while (place > 0 && (history.points[place - 1]?.[0] ?? at) >= at) place--;
  const said = history.points[place]?.[0] === at ? 1 : 0;
  const points = history.points.toSpliced(place, said, [at, value]);
  return { every: history.every, points: points.slice(countBefore(points, from)) };
}

/** How many lie before `from`, but for the last of them: the line, or the state, reaches in from it. */
function countBefore(points: readonly (readonly [at: number, ...rest: unknown[]])[], from: number): number {
  let count = 0;
  while ((points[count + 1]?.[0] ?? Number.POSITIVE_INFINITY) < from) count++;
  return count;
}

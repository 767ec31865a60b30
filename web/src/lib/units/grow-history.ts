import { withPoint } from '../charts/chart-data.ts';
import type { NumberHistory, ValueHistory } from './read-history.ts';

/** Adds a live number (null where the value is none) and lets go of what has moved out before `from`. */
export function growNumbers({ series, every }: NumberHistory, at: number, value: unknown, from: number): NumberHistory {
  const grown = withPoint(series, [at, typeof value === 'number' ? value : null]);
  const gone = countBefore(grown.points, from);
  const { points, envelope } = grown;
  return {
    every,
    series: {
      ...grown,
      points: points.slice(gone),
      ...(envelope && { envelope: { min: envelope.min.slice(gone), max: envelope.max.slice(gone) } }),
    },
  };
}

/** Adds a live value to its place in time; one of the same time is the same value said twice. */
export function growValues({ points, every }: ValueHistory, at: number, value: unknown, from: number): ValueHistory {
  let place = points.length;
  while (place > 0 && (points[place - 1]?.[0] ?? at) >= at) place--;
  const said = points[place]?.[0] === at ? 1 : 0;
  const grown = points.toSpliced(place, said, [at, value]);
  return { every, points: grown.slice(countBefore(grown, from)) };
}

/** How many lie before `from`, but for the last of them: the line, or the state, reaches in from it. */
function countBefore(points: readonly (readonly [at: number, ...rest: unknown[]])[], from: number): number {
  let count = 0;
  while ((points[count + 1]?.[0] ?? Number.POSITIVE_INFINITY) < from) count++;
  return count;
}

import type { Point } from './chart-data.ts';

/**
 * The line of a sparkline as SVG path data, within a box of this size; a null value or a pause longer than
 * `gapAfter` milliseconds lifts the pen. Empty without a value.
 */
export function sparklinePath(points: readonly Point[], width: number, height: number, gapAfter = Infinity): string {
  const values = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const first = points[0]?.[0];
  const last = points.at(-1)?.[0];
  if (values.length === 0 || first === undefined || last === undefined) return '';
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const x = (at: number) => (last === first ? width : ((at - first) / (last - first)) * width);
  // A flat line runs in the middle.
  const y = (value: number) => (greatest === least ? height / 2 : (1 - (value - least) / (greatest - least)) * height);
  let before: number | undefined;
  let path = '';
  for (const [at, value] of points) {
    if (value === null) {
      before = undefined;
      continue;
    }
    const down = before === undefined || at - before > gapAfter;
    path += `${down ? 'M' : 'L'}${round(x(at))} ${round(y(value))}`;
    // A point without neighbours would be invisible; a line of no length is drawn as a dot.
    if (down) path += 'h0';
    before = at;
  }
  return path;
}

const round = (number: number) => Math.round(number * 100) / 100;

import { expect, test } from 'vitest';
import { growNumbers, growValues } from './grow-history.ts';

const numbers = {
  every: 0,
  series: {
    label: 't',
    points: [
      [10, 1],
      [20, 2],
      [30, 3],
    ] as [number, number][],
    envelope: { min: [0, 1, 2], max: [2, 3, 4] },
  },
};

test('a live number joins the line, and what has moved out goes but for the point the line comes from', () => {
  const { series } = growNumbers(numbers, 40, 4, 25);
  expect(series.points).toEqual([
    [20, 2],
    [30, 3],
    [40, 4],
  ]);
  expect(series.envelope).toEqual({ min: [1, 2, 4], max: [3, 4, 4] });
  expect(series.label).toBe('t');
});

test('what is no number is a gap', () => {
  expect(growNumbers(numbers, 40, 'warm', 0).series.points.at(-1)).toEqual([40, null]);
});

test('a late value goes to its place, one that is said twice stands once', () => {
  const values = { every: 0, points: [[10, 'a'] as const, [30, 'c'] as const] };
  const grown = growValues(growValues(values, 20, 'b', 0), 20, 'b', 0);
  expect(grown.points).toEqual([
    [10, 'a'],
    [20, 'b'],
    [30, 'c'],
  ]);
  expect(growValues(grown, 40, 'd', 35).points).toEqual([
    [30, 'c'],
    [40, 'd'],
  ]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignSeries, type ChartSeries, extremesOf, type Point, withPoint } from './chart-data.ts';

const series = (points: Point[], more: Partial<ChartSeries> = {}): ChartSeries => ({ label: 'a', points, ...more });

test('two series come to one axis, with holes where only the other has a value', () => {
  const { times, series: aligned } = alignSeries([
    series([
      [1, 10],
      [3, 30],
    ]),
    series([
      [2, 20],
      [3, null],
    ]),
  ]);
  expect(times).toEqual([1, 2, 3]);
  expect(aligned.map(({ values }) => [...values])).toEqual([
    [10, undefined, 30],
    [undefined, 20, null],
  ]);
});

test('points further apart than the series allows are broken by a null', () => {
  const { times, series: aligned } = alignSeries([
    series(
      [
        [0, 1],
        [10, 2],
        [30, 3],
      ],
      { gapAfter: 10 },
    ),
  ]);
  expect(times).toEqual([0, 10, 15, 30]);
  expect(aligned[0]?.values).toEqual([1, 2, null, 3]);
});

test('an envelope keeps to its points', () => {
  const { series: aligned } = alignSeries([
    series(
      [
        [0, 5],
        [20, 6],
      ],
      { gapAfter: 10, envelope: { min: [4, 5], max: [7, 9] } },
    ),
  ]);
  expect(aligned[0]).toEqual({ values: [5, null, 6], min: [4, null, 5], max: [7, null, 9] });
});

test('nothing at all is nothing', () => {
  expect(alignSeries([])).toEqual({ times: [], series: [] });
  expect(alignSeries([series([])])).toEqual({ times: [], series: [{ values: [] }] });
  expect(extremesOf(series([[1, null]]))).toBeUndefined();
});

test('live points come to their places, whatever their order, each time once', () => {
  const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 });
  fc.assert(
    fc.property(times, (arrivals) => {
      const start = series([], { envelope: { min: [], max: [] } });
      const grown = arrivals.reduce((all, at, index) => withPoint(all, [at, index]), start);
      const expected = new Map(arrivals.map((at, index) => [at, index]));
      expect(grown.points).toEqual([...expected].sort(([a], [b]) => a - b));
      expect(grown.envelope?.min).toEqual(grown.points.map(([, value]) => value));
    }),
  );
});

test('figures of a series take in its envelope', () => {
  const all = series(
    [
      [1, 5],
      [2, null],
      [3, 6],
    ],
    { envelope: { min: [2, null, 5], max: [8, null, 7] } },
  );
  expect(extremesOf(all)).toEqual({ from: 1, to: 3, min: 2, max: 8, last: 6, count: 2 });
});

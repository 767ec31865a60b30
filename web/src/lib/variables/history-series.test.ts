import { expect, test } from 'vitest';
import type { Variable } from './aggregate.ts';
import type { History } from './history.ts';
import { isStepped, seriesOf, withValues } from './history-series.ts';

type Described = Pick<Variable, 'name' | 'definition' | 'writePolicy'>;
const temperature: Described = {
  name: 'temperature',
  definition: { type: 'number', unit: 'Cel', interval: 10 },
  writePolicy: 'every value',
};
const history = (more: Partial<History>): History => ({
  variable: 'id',
  aggregate: 'raw',
  every: null,
  points: [],
  truncated: false,
  ...more,
});

test('numbers are a line with the unit of the variable, broken after three intervals of silence', () => {
  expect(
    seriesOf(
      temperature,
      history({
        points: [
          [1, 20.5],
          [2, null],
        ],
      }),
    ),
  ).toEqual({
    label: 'temperature',
    unit: 'Cel',
    points: [
      [1, 20.5],
      [2, null],
    ],
    gapAfter: 30_000,
  });
});

test('a title stands in the place of the name', () => {
  const titled = { ...temperature, definition: { ...temperature.definition, title: 'Air' } };
  expect(seriesOf(titled, history({}))?.label).toBe('Air');
});

test('an envelope keeps least and greatest beside the mean', () => {
  const series = seriesOf(temperature, history({ aggregate: 'envelope', every: '5m', points: [[0, 2, 1, 3]] }));
  expect(series).toMatchObject({ points: [[0, 2]], envelope: { min: [1], max: [3] }, gapAfter: 750_000 });
});

test('a count has no unit of measure', () => {
  expect(seriesOf(temperature, history({ aggregate: 'count', every: '5m', points: [[0, 30]] }))?.unit).toBeUndefined();
});

test('on and off are drawn as 1 and 0, texts and objects not at all', () => {
  const points = [
    [1, true],
    [2, false],
  ] as const;
  expect(seriesOf(temperature, history({ points: [...points] }))?.points).toEqual([
    [1, 1],
    [2, 0],
  ]);
  for (const value of ['open', { a: 1 }, [1]]) {
    expect(seriesOf(temperature, history({ points: [...points, [3, value]] }))).toBeUndefined();
  }
});

test('silence is no gap when nobody expects values, or when only changes are kept', () => {
  const { interval: _, ...definition } = temperature.definition;
  expect(seriesOf({ ...temperature, definition }, history({}))?.gapAfter).toBeUndefined();
  for (const writePolicy of ['on change', 'deadband'] as const) {
    expect(seriesOf({ ...temperature, writePolicy }, history({}))?.gapAfter).toBeUndefined();
  }
});

test('what holds until the next value is drawn in steps', () => {
  expect(isStepped(temperature)).toBe(false);
  expect(isStepped({ ...temperature, writePolicy: 'on change' })).toBe(true);
  expect(isStepped({ ...temperature, definition: { type: 'boolean' } })).toBe(true);
});

test('live values come to their places, each time once', () => {
  const grown = withValues(
    history({
      points: [
        [1, 10],
        [5, 50],
      ],
    }),
    [
      [7, 70],
      [3, 30],
      [5, 55],
    ],
  );
  expect(grown.points).toEqual([
    [1, 10],
    [3, 30],
    [5, 55],
    [7, 70],
  ]);
  expect(withValues(history({ aggregate: 'envelope', every: '5m' }), [[1, 2]]).points).toEqual([[1, 2, 2, 2]]);
});

test('what was picked from whole periods, or cut off, does not grow', () => {
  for (const aggregate of ['count', 'min', 'max', 'mean', 'median'] as const) {
    const picked = history({ aggregate, every: '5m', points: [[1, 10]] });
    expect(withValues(picked, [[7, 70]])).toBe(picked);
  }
  const cut = history({ truncated: true, points: [[1, 10]] });
  expect(withValues(cut, [[7, 70]])).toBe(cut);
});

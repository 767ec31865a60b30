import { expect, test } from 'vitest';
import { stretches } from './stretches.ts';

test('each value holds until the next, equal ones are one, the last goes on', () => {
  const points = [
    [110, 'open'],
    [120, 'open'],
    [150, 'closed'],
  ] as const;
  expect(stretches(points, 100, 200)).toEqual([
    { from: 110, to: 150, value: 'open', begun: true },
    { from: 150, to: 200, value: 'closed', begun: true },
  ]);
});

test('what began before the time shown reaches in, and was not seen to begin', () => {
  const points = [
    [20, true],
    [90, false],
    [130, true],
  ] as const;
  expect(stretches(points, 100, 200)).toEqual([
    { from: 100, to: 130, value: false, begun: false },
    { from: 130, to: 200, value: true, begun: true },
  ]);
});

test('what comes after the time shown is not in it, and objects are compared by what they hold', () => {
  const points = [
    [110, { a: 1 }],
    [120, { a: 1 }],
    [200, { a: 2 }],
  ] as const;
  expect(stretches(points, 100, 200)).toEqual([{ from: 110, to: 200, value: { a: 1 }, begun: true }]);
  expect(stretches([], 100, 200)).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sparklinePath } from './sparkline-path.ts';

test('a line from corner to corner', () => {
  expect(
    sparklinePath(
      [
        [0, 0],
        [5, 5],
        [10, 10],
      ],
      100,
      20,
    ),
  ).toBe('M0 20h0L50 10L100 0');
});

test('gaps lift the pen', () => {
  expect(
    sparklinePath(
      [
        [0, 0],
        [5, null],
        [10, 10],
      ],
      100,
      20,
    ),
  ).toBe('M0 20h0M100 0h0');
  expect(
    sparklinePath(
      [
        [0, 0],
        [10, 10],
      ],
      100,
      20,
      5,
    ),
  ).toBe('M0 20h0M100 0h0');
});

test('a flat line runs in the middle, nothing is nothing', () => {
  expect(
    sparklinePath(
      [
        [0, 3],
        [1, 3],
      ],
      100,
      20,
    ),
  ).toBe('M0 10h0L100 10');
  expect(sparklinePath([], 100, 20)).toBe('');
  expect(sparklinePath([[1, null]], 100, 20)).toBe('');
});

test('stays within its box', () => {
  const value = fc.option(fc.double({ noNaN: true, min: -1e6, max: 1e6 }));
  const points = fc.array(value, { minLength: 1, maxLength: 50 }).map((all) => all.map((v, at) => [at, v] as const));
  fc.assert(
    fc.property(points, (all) => {
      for (const [, x, y] of sparklinePath(all, 100, 20).matchAll(/[ML](\S+?) ([^MLh]+)/g)) {
        expect(Number(x)).toSatisfy((n: number) => n >= 0 && n <= 100);
        expect(Number(y)).toSatisfy((n: number) => n >= 0 && n <= 20);
      }
    }),
  );
});

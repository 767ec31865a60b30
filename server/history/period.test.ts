import fc from 'fast-check';
import { expect, test } from 'vitest';
import { choosePeriod, parsePeriod } from './period.ts';

test.each([
  ['1s', 1_000],
  ['15m', 900_000],
  ['3h', 10_800_000],
  ['7d', 604_800_000],
])('%s is %i ms', (text, length) => {
  expect(parsePeriod(text)).toBe(length);
});

test.each([
  [3_600_000, '10s'],
  [86_400_000, '5m'],
  [7 * 86_400_000, '30m'],
  [365 * 86_400_000, '1d'],
  [20 * 365 * 86_400_000, '21d'],
])('a chart of %i ms gets periods of %s', (length, period) => {
  expect(choosePeriod(length, 500)).toBe(period);
});

test('never more periods than asked for, and a period the contract takes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8_029 * 366 * 86_400_000 }),
      fc.integer({ min: 100, max: 20_000 }),
      (length, most) => {
        const period = choosePeriod(length, most);
        expect(period).toMatch(/^[1-9]\d{0,5}(s|m|h|d)$/);
        expect(length / parsePeriod(period)).toBeLessThanOrEqual(most);
      },
    ),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutToBeginning, lengthNames, lengths, periodBetween, spanAt, toLocalInput } from './period.ts';

test('a moving period ends now, or within a step after it', () => {
  fc.assert(
    fc.property(fc.constantFrom(...lengthNames), fc.integer({ min: 1e12, max: 2e12 }), (last, now) => {
      const { from, to } = spanAt({ last }, now);
      expect(to - from).toBe(lengths[last]);
      expect(to - now).toBeGreaterThanOrEqual(0);
      expect(to - now).toBeLessThanOrEqual(Math.max(1_000, lengths[last] / 900));
    }),
  );
});

test('the shortest period begins with the unit, with its first value where that is older, half a minute ago at least', () => {
  const now = 1_700_000_000_000;
  const span = spanAt({ last: '15m' }, now);
  const begun = (since: number, first?: number) => span.to - cutToBeginning({ last: '15m' }, span, since, first).from;
  expect(begun(now - 5_000)).toBe(30_000);
  expect(begun(span.to - 200_000)).toBe(200_000);
  expect(begun(span.to - 200_000, span.to - 500_000)).toBe(500_000);
  expect(begun(0)).toBe(900_000);
  const day = spanAt({ last: '24h' }, now);
  expect(cutToBeginning({ last: '24h' }, day, now)).toEqual(day);
});

test('a chosen period stands still, and must have a length', () => {
  expect(spanAt({ from: 5, to: 9 }, 1e12)).toEqual({ from: 5, to: 9 });
  expect(periodBetween(1_000.4, 3_000.2)).toEqual({ from: 1_000, to: 3_001 });
  for (const [from, to] of [
    [3_000, 1_000],
    [1_000, 1_500],
    [Number.NaN, 1_000],
  ] as const) {
    expect(periodBetween(from, to)).toBeUndefined();
  }
});

test('what is written into a time field comes back from it', () => {
  expect(Date.parse(toLocalInput(1_700_000_123_000))).toBe(1_700_000_123_000);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { periodLength } from '../variables/question.ts';
import { sparkWindow } from './spark-window.ts';

test('a sparkline looks back as far as makes a line of what is expected', () => {
  expect(sparkWindow(2)).toEqual({ length: 600_000, every: '10s' });
  expect(sparkWindow(60)).toEqual({ length: 7_200_000, every: '120s' });
  expect(sparkWindow(undefined)).toEqual({ length: 3_600_000, every: '60s' });
});

test('whatever the interval, the period is one the instance takes and the points are few', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 366 * 86_400, noNaN: true }), (interval) => {
      const { length, every } = sparkWindow(interval);
      expect(every).toMatch(/^[1-9]\d{0,5}s$/);
      expect(length / periodLength(every)).toBeLessThanOrEqual(60);
      expect(length).toBeGreaterThanOrEqual(600_000);
    }),
  );
});

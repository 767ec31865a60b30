import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createFlow } from './flow.ts';

const rate = { perSecond: 20, perMinute: 600 };
const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 300 });

/** When each message goes through, by its arrival and its wait; refused ones are left out. */
function departures(arrivalGaps: number[]): number[] {
  const flow = createFlow(rate);
  let now = 1_000_000;
  return arrivalGaps.flatMap((gap) => {
    now += gap;
    const wait = flow.take(now);
    return wait === undefined ? [] : [now + wait];
  });
}

describe('the limits of a unit', () => {
  test('a second’s worth comes at once, the next has to wait', () => {
    const flow = createFlow(rate);
    expect(Array.from({ length: 20 }, () => flow.take(0))).toEqual(Array(20).fill(0));
    expect(flow.take(0)).toBeCloseTo(50);
  });

  test('messages leave in their order', () => {
    fc.assert(
      fc.property(gaps, (arrivals) => {
        const leaving = departures(arrivals);
        expect(leaving).toEqual(leaving.toSorted((a, b) => a - b));
      }),
    );
  });

  test.each([
    ['second', 1_000, 2 * rate.perSecond],
    ['minute', 60_000, 2 * rate.perMinute],
  ])('no %s sees more than the bucket and its refill', (_name, length, most) => {
    fc.assert(
      fc.property(gaps, (arrivals) => {
        const leaving = departures(arrivals);
        for (const start of leaving) {
          expect(leaving.filter((at) => at >= start && at < start + length).length).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test('what would wait longer than 20 s is refused, and costs nothing', () => {
    const flow = createFlow({ perSecond: 1, perMinute: 60 });
    const waits = Array.from({ length: 30 }, () => flow.take(0));
    expect(waits.filter((wait) => wait === undefined)).toHaveLength(9);
    expect(flow.take(10_000)).toBeLessThanOrEqual(20_000);
  });
});

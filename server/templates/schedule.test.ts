import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { createSchedule, nextCheck, nextTry } from './schedule.ts';

const minutes = (time: Date | null, since = 0) => ((time?.getTime() ?? Number.NaN) - since) / 60_000;

describe('the next look', () => {
  test('is about a quarter of an hour later where something is followed', () => {
    const looks = Array.from({ length: 200 }, () => minutes(nextCheck('branch', 1_000_000), 1_000_000));
    expect(Math.min(...looks)).toBeGreaterThanOrEqual(13.5);
    expect(Math.max(...looks)).toBeLessThanOrEqual(16.5);
    expect(new Set(looks).size).toBeGreaterThan(100);
    expect(nextCheck('tag', 0)).not.toBeNull();
    expect(nextCheck('commit', 0)).toBeNull();
  });

  test('comes later and later after failures, up to a day', () => {
    for (const [failures, expected] of [
      [1, 15],
      [2, 30],
      [4, 120],
      [7, 960],
      [8, 1440],
      [5000, 1440],
    ] as const) {
      const pause = minutes(nextTry(failures, 0));
      expect(Math.abs(pause - expected) / expected).toBeLessThanOrEqual(0.11);
    }
  });
});

test('what is due is asked for, a few at a time, at start and later', async () => {
  const log = pino({ level: 'silent' });
  const asked: number[] = [];
  const due = async (time: Date, limit: number) => {
    expect(limit).toBeLessThanOrEqual(50);
    return time.getTime() > 100 ? [1, 2] : [7];
  };
  let now = 50;
  const schedule = createSchedule({ due, request: (id) => void asked.push(id), now: () => now, log });
  await schedule.start();
  expect(asked).toEqual([7]);
  now = 200;
  await schedule.tick();
  expect(asked).toEqual([7, 1, 2]);
  schedule.stop();
});

import { expect, test } from 'vitest';
import type { AppError } from '../errors.ts';
import { eventually } from '../testing/eventually.ts';
import { createGate } from './gate.ts';

/** Works that end when told. */
function works() {
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const work = (name: number) => async () => {
    started.push(name);
    await new Promise<void>((resolve) => ends.push(resolve));
    return name;
  };
  return { started, work, endNext: () => ends.shift()?.() };
}

test('so many run, so many wait in order, more are sent away with 503', async () => {
  const gate = createGate({ running: 2, waiting: 2 });
  const { started, work, endNext } = works();
  const results = [1, 2, 3, 4].map((name) => gate(work(name)));
  await expect(gate(work(5))).rejects.toMatchObject({ status: 503, retryAfter: 1 } satisfies Partial<AppError>);
  expect(started).toEqual([1, 2]);
  endNext();
  expect(await results[0]).toBe(1);
  await eventually(() => expect(started).toEqual([1, 2, 3]));
  for (let left = 3; left > 0; left--) {
    endNext();
    await eventually(() => expect(started.length).toBeGreaterThanOrEqual(Math.min(4, 7 - left)));
  }
  expect(await Promise.all(results)).toEqual([1, 2, 3, 4]);
});

test('a failed work gives its place back', async () => {
  const gate = createGate({ running: 1, waiting: 1 });
  await expect(gate(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await gate(async () => 'next')).toBe('next');
});

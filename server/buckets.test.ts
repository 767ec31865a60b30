import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBuckets } from './buckets.ts';

test('any name falls into one of the buckets, always the same', () => {
  const bucketOf = createBuckets(1000);
  fc.assert(
    fc.property(fc.string(), (name) => {
      const bucket = bucketOf(name);
      return Number.isInteger(bucket) && bucket >= 0 && bucket < 1000 && bucketOf(name) === bucket;
    }),
  );
});

test('names spread evenly, so that strangers seldom share one', () => {
  const bucketOf = createBuckets(1000);
  const used = new Set(Array.from({ length: 1000 }, (_, n) => bucketOf(`user${n}`)));
  // 1,000 names thrown into 1,000 buckets hit 632 of them on average, with a deviation of 10.
  expect(used.size).toBeGreaterThan(550);
});

test('another process sorts differently', () => {
  const names = Array.from({ length: 20 }, (_, n) => `user${n}`);
  expect(names.map(createBuckets(2 ** 14))).not.toEqual(names.map(createBuckets(2 ** 14)));
});

import { createHmac, randomBytes } from 'node:crypto';

/**
 * Sorts names into `count` buckets by a keyed hash, the same name always into the same one. Counting by bucket instead of
 * by name bounds the memory whatever names are sent, and without the key nobody can aim at somebody else's bucket.
 */
export function createBuckets(count: number) {
  const key = randomBytes(32);
  return (name: string): number => createHmac('sha256', key).update(name).digest().readUInt32BE() % count;
}

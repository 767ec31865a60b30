import { expect, test } from 'vitest';
import type { Act } from './load-acts.ts';
import { mergeActs } from './merge-acts.ts';

const acts = (...ids: number[]) => ids.map((id) => ({ id, result: 'begun' }) as Act);
const ids = (list: readonly Act[]) => list.map(({ id }) => id);

test('what is new stands first, and what ended meanwhile is told anew', () => {
  const newest = acts(7, 6, 5).map((act) => ({ ...act, result: 'ok' as const }));
  const merged = mergeActs(acts(6, 5, 4, 2), newest, 3);
  expect(ids(merged)).toEqual([7, 6, 5, 4, 2]);
  expect(merged.map(({ result }) => result)).toEqual(['ok', 'ok', 'ok', 'begun', 'begun']);
});

test('where acts in between are missing the older ones are left out', () => {
  expect(ids(mergeActs(acts(3, 2), acts(9, 8, 7), 3))).toEqual([9, 8, 7]);
  expect(ids(mergeActs(acts(3, 2), acts(9, 8), 3))).toEqual([9, 8]);
});

test('a reading that is not full holds all there are', () => {
  expect(ids(mergeActs([], acts(2, 1), 3))).toEqual([2, 1]);
  expect(ids(mergeActs(acts(3, 2), [], 3))).toEqual([]);
});

import { expect, test } from 'vitest';
import type { Receipt } from './command.ts';
import { withNewest } from './receipt-list.ts';

const receipts = (...ids: string[]) => ids.map((id) => ({ id }) as Receipt);

test.each([
  ['what is new comes first, and what is older stays', ['c', 'b', 'a'], ['d', 'c'], ['d', 'c', 'b', 'a']],
  ['one that is gone is not kept', ['c', 'b', 'a'], ['d', 'b'], ['d', 'b', 'a']],
  ['after a gap the list begins anew', ['b', 'a'], ['e', 'd'], ['e', 'd']],
  ['an empty one stays empty', [], [], []],
])('%s', (_, list, newest, shown) =>
  expect(withNewest(receipts(...list), receipts(...newest))).toEqual(receipts(...shown)),
);

import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('two go at a time, the rest in order, and too many are sent away', async () => {
  const turns = createTurns(2, 2);
  const order: string[] = [];
  const take = async (name: string) => {
    const turn = await turns.take();
    order.push(name);
    return turn;
  };
  const [a, b] = await Promise.all([take('a'), take('b')]);
  const c = take('c');
  const d = take('d');
  await expect(turns.take()).rejects.toMatchObject({ status: 503, retryAfter: 5 });
  expect(order).toEqual(['a', 'b']);

  b[Symbol.dispose]();
  (await c)[Symbol.dispose]();
  (await d)[Symbol.dispose]();
  a[Symbol.dispose]();
  expect(order).toEqual(['a', 'b', 'c', 'd']);

  const again = await Promise.all([take('e'), take('f')]);
  expect(again).toHaveLength(2);
});

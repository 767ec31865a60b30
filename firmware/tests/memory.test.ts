import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { liveBoards, values } from './board/live-boards.ts';

const { startedUnit } = liveBoards();

/** Sends a value each time it is asked. */
const busyUnit = `
EVERY = 0
count = 0

def read():
    global count
    from croft import ring
    if len(ring._entries) < 4:
        count += 1
        return {"temperature": count}
`;

test('memory is stable over 500 rounds of values', async () => {
  const { board, stored } = await startedUnit({ unit: busyUnit });
  const rounds = async () => Number(await board.evaluate('__import__("unit").count'));
  const used = async () => {
    await board.evaluate('__import__("gc").collect()');
    return Number(await board.evaluate('__import__("gc").mem_alloc()'));
  };
  const usedAfter = async (count: number) => {
    await eventually(async () => expect(await rounds()).toBeGreaterThanOrEqual(count), 60_000);
    return used();
  };
  const early = await usedAfter(100);
  const late = [];
  for (const count of [200, 300, 400, 500, 600]) late.push(await usedAfter(count));
  console.log(
    `heap in use (32-bit WebAssembly): ${early} B after 100 rounds, ${late.join(', ')} B after each further 100`,
  );
  // A message under way, or a line in the log, more or less.
  expect(Math.max(...late) - early).toBeLessThan(1_000);
  const numbers = values(await stored('temperature'));
  expect(numbers.length).toBeGreaterThanOrEqual(500);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
}, 120_000);

import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { allWereRead, isOnline, liveBoards, values } from './board/live-boards.ts';
import type { UnitOnBoard } from './board/unit-on-board.ts';

const { startedUnit, onlineUnit } = liveBoards();

/** The Wi-Fi goes, and its connections with it. */
async function loseWifi({ board }: UnitOnBoard): Promise<void> {
  board.setWifi(false);
  board.radio.cut();
  await eventually(() => expect(board.printed.join('\n')).toContain('connection'));
}

/** The Wi-Fi is there again; the waits until the board tries are skipped. */
async function bringBack({ board }: UnitOnBoard): Promise<void> {
  board.setWifi(true);
  await eventually(async () => {
    board.advance(5_000);
    expect(await board.evaluate(isOnline)).toBe(true);
  });
}

test('what was read offline comes in order with its own times', async () => {
  const unit = await onlineUnit();
  const { board, give, stored } = unit;
  await loseWifi(unit);
  for (let number = 1; number <= 12; number++) {
    await give({ temperature: number, door: `door ${number}` });
    await eventually(async () => expect(await board.evaluate(allWereRead)).toBe(true));
    board.advance(10_000);
  }
  await bringBack(unit);
  await eventually(async () => expect(await stored('temperature')).toHaveLength(12), 15_000);
  const points = await stored('temperature');
  expect(values(points)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
  expect(values(await stored('door'))).toEqual(Array.from({ length: 12 }, (_, index) => `door ${index + 1}`));
  const gaps = points.slice(1).map(([at], index) => at - (points[index]?.[0] ?? 0));
  for (const gap of gaps) {
    expect(gap).toBeGreaterThanOrEqual(10_000);
    expect(gap).toBeLessThan(12_000);
  }
});

test('values that were read before the world’s time was known get their time afterwards', async () => {
  const unit = await startedUnit({}, false);
  await unit.give({ temperature: 1 });
  await eventually(async () => expect(await unit.board.evaluate(allWereRead)).toBe(true));
  unit.board.advance(90_000);
  await bringBack(unit);
  await eventually(async () => expect(await unit.stored('temperature')).toHaveLength(1), 15_000);
  const [[at] = [0]] = await unit.stored('temperature');
  expect(Date.now() - at).toBeGreaterThan(89_000);
  expect(Date.now() - at).toBeLessThan(120_000);
});

test('what does not fit while offline is dropped from the output with the most values, and counted', async () => {
  const unit = await onlineUnit();
  const { board, give, stored, shown } = unit;
  await loseWifi(unit);
  await give({ door: 'rare' }, ...Array.from({ length: 100 }, (_, number) => ({ temperature: number })));
  await eventually(async () => expect(await board.evaluate(allWereRead)).toBe(true), 15_000);
  await bringBack(unit);
  await eventually(async () => expect(await stored('temperature')).toHaveLength(59), 15_000);
  expect(values(await stored('door'))).toEqual(['rare']);
  expect(values(await stored('temperature'))).toEqual(Array.from({ length: 59 }, (_, index) => index + 41));
  await eventually(async () => expect((await shown()).state).toMatchObject({ dropped: 41 }));
});

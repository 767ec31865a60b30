import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CountingFleet, countingFleet } from '../testing/counting-fleet.ts';
import { type CroftOnDisk, croftOnDisk } from '../testing/croft-process.ts';
import { eventually } from '../testing/eventually.ts';

const rounds = 20;
/** In every second round Postgres goes too, first or last. */
const ends = ['never', 'before', 'never', 'after'] as const;
const longestStart = 20_000;

let disk: CroftOnDisk;
let fleet: CountingFleet;

beforeAll(async () => {
  disk = await croftOnDisk();
  fleet = await countingFleet(disk, 4, { isLinked: true });
});
afterAll(async () => {
  fleet.stop();
  await disk.remove();
});

describe('kill -9 under QoS 1 load', () => {
  test(`${rounds} times: every device goes on each time`, { timeout: 300_000 }, async () => {
    for (let round = 0; round < rounds; round++) {
      const before = fleet.counts();
      const wanted = 20 + Math.floor(Math.random() * 200);
      await eventually(() => {
        const gained = fleet.counts().map((count, index) => count - (before[index] ?? 0));
        expect(Math.min(...gained)).toBeGreaterThan(wanted);
      }, longestStart);
      await fleet.crash(ends[round % ends.length] ?? 'never');
      await fleet.restart();
    }
    fleet.setWindow(0);
    await eventually(() => expect(fleet.isIdle()).toBe(true), longestStart);
    fleet.croft().child.kill('SIGTERM');
    expect(await fleet.croft().exited).toBe(0);
  });

  test('every acknowledged value is stored, in order, twice only where its acknowledgement was lost; so it is at the linked input', async () => {
    for (const { stored, linked, acknowledged, resent, sealsAgain } of await fleet.stored()) {
      expect(linked).toEqual(stored);
      expect(acknowledged.length).toBeGreaterThan(rounds * 10);
      expect(resent.size).toBeGreaterThan(0);
      expect([...new Set(stored)]).toEqual(acknowledged);
      const seen = new Set<number>();
      const twice = stored.filter((value) => seen.size === seen.add(value).size);
      expect(twice.filter((value) => !resent.has(value))).toEqual([]);
      // Sent again as the same bytes, a value that was stored is known by its number (replay).
      if (!sealsAgain) expect(twice).toEqual([]);
    }
  });
});

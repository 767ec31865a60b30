import { readFile } from 'node:fs/promises';
import { setInterval as every } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CountingFleet, countingFleet } from '../testing/counting-fleet.ts';
import { type CroftOnDisk, croftOnDisk, residentMegabytes } from '../testing/croft-process.ts';
import { eventually } from '../testing/eventually.ts';

/** Together more than the journal takes (20,000 entries), so that sockets are left unread too. */
const [size, window] = [6, 4_000];
const outage = 20_000;
/** Of 24,000 messages on their way, with room for what V8 has not collected yet. */
const mostMegabytes = 150;

let disk: CroftOnDisk;
let fleet: CountingFleet;
let frozen: number[] = [];

beforeAll(async () => {
  disk = await croftOnDisk();
  fleet = await countingFleet(disk, size);
});
afterAll(async () => {
  thaw();
  fleet.stop();
  await disk.remove();
});

/** Stops every process of Postgres where it stands: connections stay open, nothing answers. */
async function freeze(): Promise<void> {
  const postmaster = await disk.postgresPid();
  process.kill(postmaster, 'SIGSTOP');
  const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
  frozen = [postmaster, ...children.trim().split(' ').map(Number)];
  for (const pid of frozen) process.kill(pid, 'SIGSTOP');
}

function thaw(): void {
  // The postmaster last: once it runs it clears away children that ended, whose numbers are nobody's then.
  for (const pid of frozen.toReversed()) process.kill(pid, 'SIGCONT');
  frozen = [];
}

async function growth(by: number): Promise<void> {
  const before = fleet.total();
  await eventually(() => expect(fleet.total()).toBeGreaterThan(before + by), 20_000);
}

describe.skipIf(process.platform !== 'linux')('Postgres away under load', () => {
  test('frozen for 20 s: nothing is acknowledged, memory stays bounded, then it goes on', {
    timeout: 90_000,
  }, async () => {
    await growth(2_000);
    const { child } = fleet.croft();
    const before = await residentMegabytes(child);
    await freeze();
    fleet.setWindow(window);
    const end = Date.now() + outage;
    // What was committed before may still be on its way to the devices.
    const committed = Date.now() + 1_000;
    let [acknowledged, most] = [0, 0];
    for await (const _ of every(200)) {
      if (Date.now() < committed) acknowledged = fleet.total();
      expect(fleet.total()).toBe(acknowledged);
      most = Math.max(most, await residentMegabytes(child));
      if (Date.now() > end) break;
    }
    expect(most - before).toBeLessThan(mostMegabytes);
    fleet.setWindow(8);
    thaw();
    await growth(size * window);
    expect(fleet.connects()).toEqual(Array(size).fill(1));
  });

  test('killed three times: Croft stays and stores on', { timeout: 60_000 }, async () => {
    for (let time = 0; time < 3; time++) {
      const killed = await disk.postgresPid();
      process.kill(killed, 'SIGKILL');
      await eventually(async () => expect(await disk.postgresPid()).not.toBe(killed), 20_000);
      await growth(2_000);
    }
    expect(fleet.croft().child.exitCode).toBeNull();
    expect(fleet.connects()).toEqual(Array(size).fill(1));
  });

  test('everything is there once, in order', { timeout: 60_000 }, async () => {
    fleet.setWindow(0);
    await eventually(() => expect(fleet.isIdle()).toBe(true), 20_000);
    fleet.croft().child.kill('SIGTERM');
    expect(await fleet.croft().exited).toBe(0);
    for (const { stored, acknowledged } of await fleet.stored()) expect(stored).toEqual(acknowledged);
  });
});

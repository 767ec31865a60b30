import { sql } from 'kysely';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type TestInstance, testInstance } from '../../server/testing/instance.ts';
import { startAedes } from './brokers.ts';
import { makeFleet } from './fleet.ts';
import type { Load } from './load.ts';
import { runOn } from './load-run.ts';
import { checkStored, type Sent } from './stored.ts';
import { createBoots, type System } from './system.ts';

let croft: TestInstance;
let system: System;
let checked: readonly Sent[] = [];

beforeAll(async () => {
  croft = await testInstance();
  const client = await croft.database.connect();
  const unknown = { server: Number.NaN, postgres: Number.NaN };
  system = {
    ...{ name: 'Croft', port: croft.mqttPort, isEndless: false, nextBoot: createBoots() },
    devices: await makeFleet({ url: croft.url, setupUrl: croft.setupUrl ?? '' }, 5),
    cpu: () => unknown,
    memory: () => unknown,
    check: (sent) => {
      checked = sent;
      return checkStored(client, sent);
    },
  };
  return () => client.end();
});
afterAll(() => croft.close());

const cleanup = () => {
  const stack = new AsyncDisposableStack();
  onTestFinished(() => stack.disposeAsync());
  return stack;
};
const quick = { seconds: 1, warmUpSeconds: 1 };

test.each<Load>([{ window: 3 }, { rate: 200 }])(
  'what an instance acknowledged under load %o is stored once',
  async (load) => {
    const row = await runOn(system, { devices: 4, load, ...quick }, cleanup());
    const stored = await sql<{ count: number }>`
    select count(*) from events where number >= ${checked[0]?.from} - mod(${checked[0]?.from}, 10000000)`.execute(
      croft.db,
    );
    expect(row.correctness).toEqual({ stored: stored.rows[0]?.count, lost: 0, duplicated: 0 });
    expect(row).toMatchObject({ unacknowledged: 0, strays: 0 });
    expect(row.p99).toBeGreaterThanOrEqual(row.p50);
    if ('rate' in load) expect(row.messagesPerSecond).toBeCloseTo(load.rate, -2);
  },
);

test('a missing and a double value are found', async () => {
  await runOn(system, { devices: 2, load: { window: 1 }, ...quick }, cleanup());
  const [first] = checked;
  const whole = await system.check?.(checked);
  const one = sql`number = ${first?.from} and variable_id =
    (select v.id from variables v join units u on u.id = v.unit_id where u.uuid = ${first?.uuid})`;
  await sql`insert into events select * from events where ${one}`.execute(croft.db);
  expect(await system.check?.(checked)).toMatchObject({ lost: 0, duplicated: 1 });
  await sql`delete from events where ${one}`.execute(croft.db);
  expect(await system.check?.(checked)).toEqual({ stored: (whole?.stored ?? 0) - 1, lost: 1, duplicated: 0 });

  const unacknowledged = checked.map((one, i) =>
    i === 0 ? { ...one, acknowledged: one.acknowledged - 2, unacknowledged: [one.from, one.to] } : one,
  );
  expect(await system.check?.(unacknowledged)).toMatchObject({ lost: 0, duplicated: 0 });
});

test('a broker that stores nothing gets the same messages again and again', async () => {
  const stack = cleanup();
  const aedes = await startAedes(3, stack);
  const row = await runOn(aedes, { devices: 3, load: { window: 10 }, ...quick }, stack);
  expect(row).toMatchObject({ correctness: undefined, unacknowledged: 0, strays: 0 });
  expect(row.messagesPerSecond * row.seconds).toBeGreaterThan(1_500);
});

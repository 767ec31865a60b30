import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type LivePage, livePage } from '../testing/live-page.ts';

const schema = { output_variables: { count: { type: 'integer' }, other: { type: 'integer' } } };
type Counter = { variable: string; device: Awaited<ReturnType<typeof sealedDevice>> };

let croft: TestInstance;
let owner: TestClient;
let counters: Counter[];

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  // Neighbours, so that both writers of the journal have some.
  counters = [];
  for (const name of ['One', 'Two', 'Three', 'Four']) {
    const unit = await owner.call('POST /api/units', { body: { name, schema } });
    const env = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
    const device = await sealedDevice(env, { port: croft.mqttPort });
    counters.push({ variable: unit.variables.find((one) => one.name === 'count')?.id ?? '', device });
  }
});
afterAll(async () => {
  for (const { device } of counters) await device.close();
  await croft.close();
});

const firstTimes = (values: unknown[]) => [...new Set(values)];

test('a page that loses its connection again and again misses nothing and reorders nothing', async () => {
  let isDone = false;
  const last: number[] = [];
  const counting = counters.map(async ({ device }, index) => {
    for (let value = 1; !isDone; value++) {
      last[index] = value;
      await device.publish('output/count', value);
    }
  });
  const heard = new Map(counters.map(({ variable }) => [variable, [] as unknown[]]));
  const keep = (page: LivePage) => {
    for (const { variable } of counters) heard.get(variable)?.push(...page.values(variable));
  };
  let resumeAt: string | undefined;
  for (let time = 0; time < 25; time++) {
    const page = await livePage(owner, { mine: '1' }, resumeAt);
    const wanted = Math.floor(Math.random() * 60);
    await eventually(() => expect(page.of('value').length).toBeGreaterThan(wanted));
    resumeAt = page.lastId();
    await page.close();
    keep(page);
  }
  isDone = true;
  await Promise.all(counting);
  // One more of each, which no page before can have heard.
  for (const [index, { device }] of counters.entries()) {
    last[index] = (last[index] ?? 0) + 1;
    await device.publish('output/count', last[index]);
  }
  const page = await livePage(owner, { mine: '1' }, resumeAt);
  await eventually(() => {
    for (const [index, { variable }] of counters.entries()) expect(page.values(variable)).toContain(last[index]);
  });
  await page.close();
  keep(page);
  for (const [index, { variable }] of counters.entries()) {
    const values = firstTimes(heard.get(variable) ?? []).map(Number);
    const [from = 0, to = last[index] ?? 0] = [values[0]];
    expect(values).toEqual(Array.from({ length: to - from + 1 }, (_, step) => from + step));
  }
}, 60_000);

test('a page that missed more than is sent again is told so', async () => {
  const [counter] = counters;
  if (!counter) throw new Error('no counter');
  const page = await livePage(owner, { variables: counter.variable });
  await counter.device.publish('output/count', 1);
  const since = await eventually(() => {
    const id = page.lastId();
    if (id === undefined) throw new Error('nothing was heard yet');
    return Number(id);
  });
  await page.close();
  await sql`insert into events (tx, n, variable_id, at, number, corrected)
    select ${since + 1}, i, v.id, now(), i, false from variables v, generate_series(1, 6000) as i
    where v.uuid = ${counter.variable}`.execute(croft.db);
  const resumed = await livePage(owner, { variables: counter.variable }, String(since));
  await eventually(() => expect(resumed.of('missed')).toEqual([{}]));
  expect(resumed.values()).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
  await counter.device.publish('output/count', -1);
  await eventually(() => expect(resumed.values().at(-1)).toBe(-1));
  await resumed.close();
});

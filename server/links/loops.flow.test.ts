import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { graphOf } from '../testing/links.ts';

let croft: TestInstance;
let ada: TestClient;
let graph: ReturnType<typeof graphOf>;

beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
  graph = graphOf(ada);
});
afterAll(() => croft.close());

/** A device that answers each value of `level` with the next one as its temperature, after `wait` milliseconds. */
async function echoing(owner = graph, wait = 0) {
  const { unit, env } = await owner.makeUnit('token');
  const device = await tokenDevice(env, { port: croft.mqttPort });
  await device.subscribe('input/+');
  const answer = (value: number) => void device.publish('output/temperature', value + 1).catch(() => undefined);
  device.client.on('message', (_topic, payload) => {
    setTimeout(answer, wait, Number(payload.toString()));
  });
  return { unit, device };
}

test('two devices that answer each other come to rest after eight links, and the loop is named', async () => {
  const [one, other] = [await echoing(), await echoing()];
  await graph.link([one.unit, 'temperature'], [other.unit, 'level']);
  const back = await graph.link([other.unit, 'temperature'], [one.unit, 'level']);
  await one.device.publish('output/temperature', 0);
  const row = await graph.refused(one.unit, 'loop');
  expect(row?.detail).toContain(`“${one.unit.name}” → “${other.unit.name}” → “${one.unit.name}”`);
  expect(row?.detail).toContain('temperature → level was not followed');
  expect(await graph.valuesOf(other.unit, 'level')).toEqual([0, 2, 4, 6]);
  expect(await graph.valuesOf(one.unit, 'level')).toEqual([1, 3, 5, 7]);
  const hops = (await graph.events(back)).map((event) => event.kind === 'value' && event.hops);
  expect(hops).toEqual([8, 6, 4, 2]);
  expect((await graph.show(back)).counters.looped).toBe(0);
  for (const { device } of [one, other]) await device.close();
});

test('a device linked to itself as well; units of others on the way have no name', async () => {
  const ben = await croft.user('ben');
  const his = graphOf(ben);
  const [hers, theirs] = [await echoing(), await echoing(his)];
  for (const [client, { unit }] of [
    [ada, hers],
    [ben, theirs],
  ] as const) {
    await client.call('PATCH /api/units/:id', { params: { id: unit.id }, body: { visibility: 'local' } });
  }
  await his.link([hers.unit, 'temperature'], [theirs.unit, 'level']);
  await graph.link([theirs.unit, 'temperature'], [hers.unit, 'level']);
  await hers.device.publish('output/temperature', 0);
  const row = await graph.refused(hers.unit, 'loop');
  expect(row?.detail).toContain(`“${hers.unit.name}” → a unit of somebody else → “${hers.unit.name}”`);
  expect(row?.detail).not.toContain(`“${theirs.unit.name}” →`);
  const alone = await echoing();
  await graph.link([alone.unit, 'temperature'], [alone.unit, 'level']);
  await alone.device.publish('output/temperature', 0);
  const own = await graph.refused(alone.unit, 'loop');
  expect(own?.detail).toContain(`“${alone.unit.name}” → “${alone.unit.name}”`);
  expect(await graph.valuesOf(alone.unit, 'level')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const { device } of [hers, theirs, alone]) await device.close();
});

test('slow feedback, as of a thermostat, goes on', async () => {
  const [room, heater] = [await echoing(), await echoing(graph, 300)];
  await graph.link([room.unit, 'temperature'], [heater.unit, 'level']);
  await graph.link([heater.unit, 'temperature'], [room.unit, 'level']);
  await room.device.publish('output/temperature', 0);
  await eventually(async () => expect((await graph.valuesOf(room.unit, 'level')).length).toBeGreaterThan(8), 15_000);
  expect((await graph.refusalsOf(room.unit)).concat(await graph.refusalsOf(heater.unit))).toEqual([]);
  for (const { device } of [room, heater]) await device.close();
});

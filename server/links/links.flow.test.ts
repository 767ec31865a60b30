import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { sealedDevice, tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { graphOf } from '../testing/links.ts';
import { livePage } from '../testing/live-page.ts';

let croft: TestInstance;
let ada: TestClient;
let graph: ReturnType<typeof graphOf>;

beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
  graph = graphOf(ada);
});
afterAll(() => croft.close());

/** A unit with its device, which hears its inputs. */
async function connected(security: 'sealed' | 'token' = 'token') {
  const { unit, env } = await graph.makeUnit(security);
  const device = await (security === 'sealed' ? sealedDevice : tokenDevice)(env, { port: croft.mqttPort });
  await device.subscribe('input/+');
  return { unit, env, device };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('a value of an output', () => {
  test('reaches the linked input on the device in order, is stored there when it is acknowledged, and gets confirmed', async () => {
    const [source, target] = [await connected('sealed'), await connected('sealed')];
    const link = await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
    await source.device.publish('output/temperature', 1);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([1]);
    await Promise.all(numbers(99).map((number) => source.device.publish('output/temperature', number + 1)));
    expect(await graph.valuesOf(target.unit, 'level')).toEqual(numbers(100));
    await eventually(() => expect(target.device.heardOn('input/level')).toEqual(numbers(100)));
    const input = { params: { id: graph.variableOf(target.unit, 'level') } };
    await eventually(async () => expect((await ada.call('GET /api/variables/:id', input)).confirmedAt).not.toBeNull());
    const { counters } = await graph.show(link);
    expect(counters).toMatchObject({ last: { value: 100 }, passed: 100, refused: 0, throttled: 0 });
    expect(counters.perMinute).toBeGreaterThan(0);
    const events = await graph.events(link);
    expect(events).toHaveLength(20);
    expect(events[0]).toMatchObject({ kind: 'value', value: 100, hops: 1 });
    expect(events.at(-1)).toMatchObject({ value: 81 });
    await source.device.close();
    await target.device.close();
  });

  test('goes to many inputs, and many outputs go to one', async () => {
    const [one, other] = [await connected(), await connected()];
    const targets = await Promise.all(numbers(10).map(() => connected()));
    for (const { unit } of targets) await graph.link([one.unit, 'temperature'], [unit, 'level']);
    await graph.link([other.unit, 'temperature'], [targets[0]?.unit ?? one.unit, 'level']);
    for (const number of numbers(20)) {
      await one.device.publish('output/temperature', number);
      await other.device.publish('output/temperature', 100 - number);
    }
    const both = numbers(20).flatMap((number) => [number, 100 - number]);
    for (const [index, { unit, device }] of targets.entries()) {
      const expected = index === 0 ? both : numbers(20);
      expect(await graph.valuesOf(unit, 'level')).toEqual(expected);
      await eventually(() => expect(device.heardOn('input/level')).toEqual(expected));
    }
    for (const { device } of [one, other, ...targets]) await device.close();
  });

  test('waits for a device that is away: it gets the current one', async () => {
    const source = await connected();
    const away = await graph.makeUnit('token');
    await graph.link([source.unit, 'temperature'], [away.unit, 'level']);
    await source.device.publish('output/temperature', 5);
    await source.device.publish('output/temperature', 6);
    const back = await tokenDevice(away.env, { port: croft.mqttPort });
    await back.subscribe('input/+');
    await eventually(() => expect(back.heardOn('input/level')).toEqual([6]));
    await source.device.publish('output/temperature', 7);
    await eventually(() => expect(back.heardOn('input/level')).toEqual([6, 7]));
    await source.device.close();
    await back.close();
  });

  test('stands in one commit with the input it feeds', async () => {
    const [source, target] = [await connected(), await graph.makeUnit()];
    await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
    await Promise.all(numbers(30).map((number) => source.device.publish('output/temperature', number)));
    const rows = await sql<{ number: number; commits: number; rows: number }>`
      select e.number, count(distinct e.tx) as commits, count(*) as rows from events e
      where e.variable_id in (select id from variables where uuid = any(
        ${[graph.variableOf(source.unit, 'temperature'), graph.variableOf(target.unit, 'level')]}::uuid[]))
      group by e.number order by e.number`.execute(croft.db);
    expect(rows.rows).toEqual(numbers(30).map((number) => ({ number, commits: 1, rows: 2 })));
    await source.device.close();
  });

  test('that a device kept while it was offline is history: only the newest controls something', async () => {
    const [source, target] = [await connected(), await connected()];
    await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
    const at = Math.floor(Date.now() / 1000) - 600;
    const pack = numbers(5).map((number) => ({ n: 'temperature', t: at + number, v: number }));
    await source.device.publish('output', pack);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([5]);
    await source.device.publish('output', [{ n: 'temperature', t: at, v: 50 }]);
    await source.device.publish('output/temperature', 6);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([5, 6]);
    const [[time = 0] = []] = await graph.pointsOf(target.unit, 'level');
    expect(time).toBeGreaterThan(Date.now() - 60_000);
    await source.device.close();
    await target.device.close();
  });

  test('of a virtual unit goes through links as well, and into one', async () => {
    const [station, lamp] = await Promise.all(
      (['weather-station', 'dimmer-lamp'] as const).map((simulation) =>
        ada.call('POST /api/units/virtual', { body: { simulation } }),
      ),
    );
    if (!station || !lamp) throw new Error('no units');
    const level = lamp.variables.find(
      ({ direction, definition }) => direction === 'input' && definition.type === 'number',
    );
    const warmth = station.variables.find(({ name }) => name === 'temperature');
    const body = { output: warmth?.id ?? '', input: level?.id ?? '' };
    await ada.call('POST /api/links', {
      body: { ...body, transform: { kind: 'clamp', minimum: 40, maximum: 60 } },
    });
    await eventually(async () => {
      const seen = await ada.call('GET /api/variables/:id', { params: { id: body.input } });
      expect(seen.value).toBeGreaterThanOrEqual(40);
      expect(seen.confirmedAt).not.toBeNull();
    }, 20_000);
  });
});

describe('a link', () => {
  test('transforms, and writes down what does not fit while the output is stored nevertheless', async () => {
    const [source, target] = [await connected(), await connected()];
    const fahrenheit = { kind: 'text', template: 'It is {value} °C' } as const;
    await graph.link([source.unit, 'temperature'], [target.unit, 'sign'], { transform: fahrenheit });
    const half = await graph.link([source.unit, 'temperature'], [target.unit, 'level'], {
      transform: { kind: 'scale', factor: 0.5, offset: 1 },
    });
    const table: [string, boolean][] = [
      ['open', true],
      ['closed', false],
    ];
    await graph.link([source.unit, 'door'], [target.unit, 'lamp'], { transform: { kind: 'map', table } });
    await source.device.publish('output/temperature', 20);
    await source.device.publish('output/temperature', 500);
    await source.device.publish('output/door', '"open"');
    await source.device.publish('output/door', '"ajar"');
    expect(await graph.valuesOf(source.unit, 'temperature')).toEqual([20, 500]);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([11]);
    expect(await graph.valuesOf(target.unit, 'sign')).toEqual(['It is 20 °C', 'It is 500 °C']);
    expect(await graph.valuesOf(target.unit, 'lamp')).toEqual([true]);
    const rows = await eventually(async () => {
      const refusals = (await graph.refusalsOf(target.unit)).filter(({ reason }) => reason === 'link-refused');
      expect(refusals).toHaveLength(2);
      return refusals;
    });
    expect(rows.map(({ detail }) => detail).sort()).toEqual([
      'door → lamp: "ajar" is not in the table of the map',
      'temperature → level: 251 is above the maximum 100',
    ]);
    const events = await graph.events(half);
    expect(events.map(({ kind }) => kind).sort()).toEqual(['refusal', 'value']);
    expect((await graph.show(half)).counters).toMatchObject({ passed: 1, refused: 1, isFailing: true });
    await source.device.close();
    await target.device.close();
  });

  test('drops what comes too soon and counts it; repeats are left out where only changes are wanted', async () => {
    const [source, target] = [await connected(), await connected()];
    const rare = await graph.link([source.unit, 'temperature'], [target.unit, 'level'], { minInterval: 60_000 });
    const changes = await graph.link([source.unit, 'switch'], [target.unit, 'lamp'], { onlyOnChange: true });
    for (const number of numbers(10)) await source.device.publish('output/temperature', number);
    for (const value of [true, true, false, false, true]) await source.device.publish('output/switch', value);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([1]);
    expect(await graph.valuesOf(target.unit, 'lamp')).toEqual([true, false, true]);
    expect((await graph.show(rare)).counters).toMatchObject({
      passed: 1,
      throttled: 9,
      throttledAt: expect.any(String),
    });
    expect((await graph.show(changes)).counters).toMatchObject({ passed: 3, unchanged: 2, throttledAt: null });
    await source.device.close();
    await target.device.close();
  });

  test('that is switched off, changed or deleted does so for the very next message', async () => {
    const [source, target] = [await connected('sealed'), await connected()];
    const link = await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
    const send = (value: number) => source.device.publish('output/temperature', value);
    await send(1);
    await graph.change(link, { enabled: false });
    await send(2);
    await graph.change(link, { enabled: true, transform: { kind: 'scale', factor: 10, offset: 0 } });
    await send(3);
    await ada.call('DELETE /api/links/:id', { params: { id: link.id } });
    await send(4);
    const again = await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
    await send(5);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([1, 30, 5]);
    expect(await graph.valuesOf(source.unit, 'temperature')).toEqual([1, 2, 3, 4, 5]);
    expect((await graph.events(again)).length).toBe(1);
    await source.device.close();
    await target.device.close();
  });

  test('follows the schema of its input', async () => {
    const [source, target] = [await connected(), await connected()];
    const link = await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
    await source.device.publish('output/temperature', 7);
    const schema = { input_variables: { level: { type: 'number', maximum: 5 } } };
    await ada.call('PUT /api/units/:id/schema', { params: { id: target.unit.id }, body: { schema } });
    await source.device.publish('output/temperature', 7);
    await source.device.publish('output/temperature', 4);
    expect(await graph.valuesOf(target.unit, 'level')).toEqual([7, 4]);
    expect((await graph.show(link)).counters).toMatchObject({ passed: 2, refused: 1, isFailing: false });
    await source.device.close();
    await target.device.close();
  });
});

test('the live page of the input’s owner hears it at once, and no other one', async () => {
  const ben = await croft.user('ben');
  const [source, target] = [await connected(), await connected()];
  await ada.call('PATCH /api/units/:id', { params: { id: source.unit.id }, body: { visibility: 'public' } });
  await graph.link([source.unit, 'temperature'], [target.unit, 'level']);
  const [output, input] = [graph.variableOf(source.unit, 'temperature'), graph.variableOf(target.unit, 'level')];
  const [hers, his] = await Promise.all(
    [ada, ben].map((client) => livePage(client, { variables: `${output},${input}` })),
  );
  for (const number of numbers(3)) await source.device.publish('output/temperature', number);
  await eventually(() => expect(hers?.values(input)).toEqual([1, 2, 3]));
  await eventually(() => expect(his?.values(output)).toEqual([1, 2, 3]));
  expect(his?.values(input)).toEqual([]);
  const [event] = hers?.heard.filter(({ data }) => data.variable === input) ?? [];
  expect(event?.data.unit).toBe(target.unit.id);
  const resumed = await livePage(ada, { variables: input }, event?.id);
  await eventually(() => expect(resumed.values(input)).toEqual(expect.arrayContaining([2, 3])));
  for (const page of [hers, his, resumed]) await page?.close();
  await source.device.close();
  await target.device.close();
});

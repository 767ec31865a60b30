import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { sealedDevice, tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { unitsOf } from '../testing/units.ts';

const schema = {
  world_state: ['time'],
  unit_state: ['ip', 'uptime'],
  input_variables: { lamp: { type: 'boolean' }, level: { type: 'number', minimum: 0, maximum: 100 } },
  output_variables: {
    temperature: { type: 'number', minimum: -40, maximum: 125, interval: 10 },
    door: { type: 'string', enum: ['open', 'closed'] },
    anything: {},
  },
};

let croft: TestInstance;
let owner: TestClient;
let units: ReturnType<typeof unitsOf>;

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  units = unitsOf(owner, schema);
});
afterAll(() => croft.close());

const port = () => croft.mqttPort;

describe('publishing', () => {
  test('values, a state and a log line are stored when they are acknowledged', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port() });
    await device.publish('output/temperature', 21.5);
    await device.publish('output/door', '"open"');
    await device.publish('output/anything', { deep: ['x', 1, null] });
    await device.publish('state', { ip: '10.0.0.7', uptime: 12 });
    await device.publish('log', { level: 'warn', text: 'low battery', time: 1 });
    expect(await units.valuesOf(unit, 'temperature')).toEqual([21.5]);
    expect(await units.valuesOf(unit, 'door')).toEqual(['open']);
    expect(await units.valuesOf(unit, 'anything')).toEqual([{ deep: ['x', 1, null] }]);
    const seen = await owner.call('GET /api/units/:id', { params: { id: unit.id } });
    expect('state' in seen && seen.state).toEqual({ ip: '10.0.0.7', uptime: 12 });
    const [line] = await owner.call('GET /api/units/:id/log', { params: { id: unit.id } });
    expect(line).toMatchObject({ level: 'warn', text: 'low battery' });
    await device.close();
  });

  test('a pack brings its own times; an unbelievable clock is corrected; bad values are refused by name', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port() });
    const at = Math.floor(Date.now() / 1000) - 3_600;
    await device.publish('output', [
      { bn: 'temperature', bt: at, v: 1 },
      { t: 60, v: 2 },
      { n: '', t: -9e8, v: 3 },
      { t: 120, v: 999 },
    ]);
    const points = await units.pointsOf(unit, 'temperature');
    expect(points.slice(0, 2)).toEqual([
      [at * 1000, 1],
      [(at + 60) * 1000, 2],
    ]);
    expect(points.map(([, value]) => value)).toEqual([1, 2, 3]);
    expect(points[2]?.[0]).toBeGreaterThan(Date.now() - 60_000);
    expect((await units.refused(unit, 'bad-values-in-pack'))?.detail).toContain('999');
    await device.close();
  });

  test('what is refused leaves a row and is acknowledged, since a resend would not mend it', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port() });
    const { unit: other } = await units.makeUnit();
    const foreign = `unit/${other.id}/output/temperature`;
    await device.publishRaw(foreign, device.sealFor(foreign, 1));
    await device.publish('input/lamp', true);
    await device.publish('output/temperature', 126);
    await device.publish('output/door', '"ajar"');
    await device.publish('output/nothing', 1);
    await device.publish('output/temperature', 'no json');
    const moved = device.sealFor(device.topic('output/door'), 5);
    await device.publishRaw(device.topic('output/temperature'), moved);
    await device.publishRaw(device.topic('output/temperature'), Buffer.from('21.5'));
    const twice = device.sealFor(device.topic('output/temperature'), 7);
    await device.publishRaw(device.topic('output/temperature'), twice);
    await device.publishRaw(device.topic('output/temperature'), twice);
    await device.publishRaw(device.topic('output/temperature'), Buffer.alloc(17_000));
    expect(await units.valuesOf(unit, 'temperature')).toEqual([7]);
    const rows = await units.refusalsOf(unit);
    const counts = Object.fromEntries(rows.map(({ reason, topic, count: times }) => [`${reason} ${topic}`, times]));
    expect(counts).toEqual({
      [`foreign-topic ${foreign}`]: 1,
      [`foreign-topic ${device.topic('input/lamp')}`]: 1,
      [`bad-value ${device.topic('output/temperature')}`]: 1,
      [`bad-value ${device.topic('output/door')}`]: 1,
      [`bad-value ${device.topic('output/nothing')}`]: 1,
      [`not-json ${device.topic('output/temperature')}`]: 1,
      [`bad-envelope-seal ${device.topic('output/temperature')}`]: 1,
      [`bad-envelope-malformed ${device.topic('output/temperature')}`]: 1,
      [`replay ${device.topic('output/temperature')}`]: 1,
      [`too-large ${device.topic('output/temperature')}`]: 1,
    });
    await device.close();
  });

  test('the key generation in an envelope only explains a seal that does not open', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port(), generation: 7 });
    await device.publish('output/temperature', 1);
    const broken = device.sealFor(device.topic('output/temperature'), 2);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    await device.publishRaw(device.topic('output/temperature'), broken);
    expect(await units.valuesOf(unit, 'temperature')).toEqual([1]);
    await units.refused(unit, 'old-key');
    await device.close();
  });

  test('a replay is refused also by a later connection, and after a restart of the instance', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port(), n: 1 });
    const old = device.sealFor(device.topic('output/temperature'), 1);
    await device.publishRaw(device.topic('output/temperature'), old);
    await device.close();
    await croft.restart();
    const again = await sealedDevice(env, { port: port(), n: 2 });
    await again.publishRaw(again.topic('output/temperature'), old);
    expect(await units.valuesOf(unit, 'temperature')).toEqual([1]);
    await units.refused(unit, 'replay');
    await again.close();
  });

  test('plain JSON, and bare words for a text, at security level token', async () => {
    const { unit, env } = await units.makeUnit('token');
    const device = await tokenDevice(env, { port: port() });
    const beside = await tokenDevice(env, { port: port() });
    await device.publish('output/temperature', 20);
    await beside.publish('output/door', 'closed');
    expect(await units.valuesOf(unit, 'temperature')).toEqual([20]);
    expect(await units.valuesOf(unit, 'door')).toEqual(['closed']);
    expect(device.isClosed()).toBe(false);
    await device.close();
    await beside.close();
  });

  test('QoS 2 ends the connection with a row', async () => {
    const { unit, env } = await units.makeUnit('token');
    const device = await tokenDevice(env, { port: port() });
    device.publishRaw(device.topic('output/temperature'), Buffer.from('1'), 2).catch(() => undefined);
    await units.refused(unit, 'qos-2');
    await eventually(() => expect(device.isClosed()).toBe(true));
    expect(await units.valuesOf(unit, 'temperature')).toEqual([]);
  });

  test('retained messages are not kept for anybody', async () => {
    const { env } = await units.makeUnit('token');
    const device = await tokenDevice(env, { port: port() });
    await device.client.publishAsync(device.topic('status'), 'online', { qos: 1, retain: true });
    await device.subscribe('world');
    await eventually(() => expect(device.heardOn('world')).toHaveLength(1));
    expect(device.heardOn('status')).toEqual([]);
    await device.close();
  });
});

describe('write policies', () => {
  test('what repeats is acknowledged without a row; a deadband is a distance', async () => {
    const { unit, env } = await units.makeUnit();
    const id = units.variableOf(unit, 'temperature');
    const device = await sealedDevice(env, { port: port() });
    const policy = (body: { writePolicy: 'on change' | 'deadband'; deadband?: number }) =>
      owner.call('PATCH /api/variables/:id', { params: { id }, body });
    /** The announcement of a change is on its way for a moment: until then what repeats still gets a row. */
    const applied = (value: number) =>
      eventually(async () => {
        const before = (await units.valuesOf(unit, 'temperature')).length;
        await device.publish('output/temperature', value);
        expect(await units.valuesOf(unit, 'temperature')).toHaveLength(before);
      });
    await device.publish('output/temperature', 0);
    await policy({ writePolicy: 'on change' });
    await applied(0);
    for (const value of [1, 1, 2, 2, 1]) await device.publish('output/temperature', value);
    expect((await units.valuesOf(unit, 'temperature')).slice(-3)).toEqual([1, 2, 1]);
    await policy({ writePolicy: 'deadband', deadband: 0.5 });
    await applied(1.1);
    const before = (await units.valuesOf(unit, 'temperature')).length;
    for (const value of [1.4, 1.5, 5, 5.2, 4.4]) await device.publish('output/temperature', value);
    expect((await units.valuesOf(unit, 'temperature')).slice(before)).toEqual([5, 4.4]);
    await device.close();
  });
});

describe('hearing', () => {
  test('the current value of every input comes after subscribing, and each change after it, sealed', async () => {
    const { unit, env } = await units.makeUnit();
    await units.setInput(unit, 'lamp', true);
    const device = await sealedDevice(env, { port: port() });
    await device.subscribe('input/+');
    await eventually(() => expect(device.heardOn('input/lamp')).toEqual([true]));
    expect(device.heardOn('input/level')).toEqual([]);
    await units.setInput(unit, 'lamp', false);
    await units.setInput(unit, 'level', 50);
    await eventually(() => expect(device.heardOn('input/level')).toEqual([50]));
    expect(device.heardOn('input/lamp')).toEqual([true, false]);
    await device.close();
  });

  test('one input alone, until it is unsubscribed', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port() });
    await device.subscribe('input/level');
    await units.setInput(unit, 'lamp', true);
    await units.setInput(unit, 'level', 1);
    await eventually(() => expect(device.heardOn('input/level')).toEqual([1]));
    await device.client.unsubscribeAsync(device.topic('input/level'));
    await units.setInput(unit, 'level', 2);
    await device.subscribe('world');
    await eventually(() => expect(device.heardOn('world')).toHaveLength(1));
    expect(device.heard.map(({ topic }) => topic.split('/').at(-1))).toEqual(['level', 'world']);
    await device.close();
  });

  test.each(['#', '+/+/output/+', '$SYS/#', 'unit/+/input/+'])('%s is refused', async (filter) => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port() });
    const granted = await device.client.subscribeAsync(filter, { qos: 1 }).catch((error: Error) => error);
    expect(granted).toBeInstanceOf(Error);
    expect((await units.refused(unit, 'foreign-subscription'))?.topic).toBe(filter);
    await device.close();
  });
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { type Env, sealedDevice, tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

const schema = {
  output_variables: { temperature: { type: 'number', interval: 10 } },
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

describe('connecting', () => {
  test('a connect proof lets in once; a later one does, an earlier one or a foreign key does not', async () => {
    const { unit, env } = await units.makeUnit();
    const first = await sealedDevice(env, { port: port(), boot: 3, n: 2 });
    await first.close();
    await expect(sealedDevice(env, { port: port(), boot: 3, n: 2 })).rejects.toThrow(/Bad username or password/);
    await expect(sealedDevice(env, { port: port(), boot: 2, n: 9 })).rejects.toThrow(/Bad username or password/);
    await units.refused(unit, 'replayed-proof');
    const { env: other } = await units.makeUnit();
    await expect(sealedDevice({ ...env, SECRET_KEY: other.SECRET_KEY }, { port: port(), boot: 4 })).rejects.toThrow(
      /Bad username or password/,
    );
    await units.refused(unit, 'bad-proof');
    const later = await sealedDevice(env, { port: port(), boot: 4 });
    await later.close();
  });

  test('a client id that is not the UUID, a foreign will, a wrong token are refused with their reasons', async () => {
    const { unit, env } = await units.makeUnit();
    await expect(sealedDevice(env, { port: port(), options: { clientId: 'other' } })).rejects.toThrow(/Identifier/);
    await units.refused(unit, 'bad-client-id');
    const will = { topic: 'unit/other/status', payload: Buffer.from('offline'), qos: 1 as const, retain: false };
    await expect(sealedDevice(env, { port: port(), options: { will } })).rejects.toThrow(/Not authorized/);
    await units.refused(unit, 'foreign-will');

    const token = await units.makeUnit('token');
    const withWill = await tokenDevice(token.env, { port: port(), options: { will } });
    await units.refused(token.unit, 'foreign-will');
    await withWill.close();
    await expect(tokenDevice({ ...token.env, MQTT_PASSWORD: 'guess' }, { port: port() })).rejects.toThrow(
      /Bad username/,
    );
    await units.refused(token.unit, 'bad-token');
    await expect(tokenDevice({ ...token.env, UNIT_UUID: env.UNIT_UUID }, { port: port() })).rejects.toThrow(/Bad user/);
    await units.refused(unit, 'wrong-security');
  });

  test('a garbled PEPEUNIT_TOKEN gets the code for bad credentials and no hint', async () => {
    const { env } = await units.makeUnit();
    const garbled = { ...env, PEPEUNIT_TOKEN: `${String(env.PEPEUNIT_TOKEN).slice(0, -2)}xx` };
    await expect(sealedDevice(garbled, { port: port() })).rejects.toThrow(/Bad username or password/);
  });

  test('clients of one token without an id do not push each other out', async () => {
    const { env } = await units.makeUnit('token');
    const options = { clientId: '' };
    const one = await tokenDevice(env, { port: port(), options });
    const other = await tokenDevice(env, { port: port(), options });
    await one.publish('output/temperature', 1);
    await other.publish('output/temperature', 2);
    expect([one.isClosed(), other.isClosed()]).toEqual([false, false]);
    await one.close();
    await other.close();
  });

  test('over WebSocket at /mqtt', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: 0, url: `${croft.url.replace('http', 'ws')}/mqtt` });
    await device.publish('output/temperature', 4);
    expect(await units.valuesOf(unit, 'temperature')).toEqual([4]);
    await device.close();
  });

  test('a new connection takes the place of the old one, which does not make the unit offline', async () => {
    const { unit, env } = await units.makeUnit();
    const old = await sealedDevice(env, { port: port(), n: 1 });
    const fresh = await sealedDevice(env, { port: port(), n: 2 });
    await eventually(() => expect(old.isClosed()).toBe(true));
    await fresh.publish('output/temperature', 1);
    const { presence } = await owner.call('GET /api/units/:id', { params: { id: unit.id } });
    expect(presence).toBe('online');
    await fresh.close();
  });
});

describe('cut off within a second', () => {
  const cases: [string, (unit: Unit) => Promise<unknown>][] = [
    ['remade keys', (unit) => owner.call('POST /api/units/:id/keys', { params: { id: unit.id } })],
    ['deleted', (unit) => owner.call('DELETE /api/units/:id', { params: { id: unit.id } })],
    ['another security level', (unit) => change(unit, { security: 'token' })],
  ];
  const change = (unit: Unit, body: { security: 'token' }) =>
    owner.call('PATCH /api/units/:id', { params: { id: unit.id }, body });

  test.each(cases)('%s', async (_name, act) => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: port() });
    await act(unit);
    await eventually(() => expect(device.isClosed()).toBe(true), 1_000);
    await expect(sealedDevice(env, { port: port(), boot: 9 })).rejects.toThrow();
  });

  test('old keys after a remake are named as such to the owner', async () => {
    const { unit, env } = await units.makeUnit();
    await owner.call('POST /api/units/:id/keys', { params: { id: unit.id } });
    await expect(sealedDevice(env, { port: port() })).rejects.toThrow(/Bad username/);
    await units.refused(unit, 'old-key');
  });

  test('the owner is locked', async () => {
    const admin = await croft.administrator();
    const other = await croft.user('locked');
    const unit = await other.call('POST /api/units', { body: { name: 'Theirs', schema } });
    const env: Env = await other.call('GET /api/units/:id/env', { params: { id: unit.id } });
    const device = await sealedDevice(env, { port: port() });
    const user = (await admin.call('GET /api/users')).find(({ username }) => username === 'locked');
    await admin.call('PATCH /api/users/:id', { params: { id: user?.id ?? '' }, body: { locked: true } });
    await eventually(() => expect(device.isClosed()).toBe(true), 1_000);
    await expect(sealedDevice(env, { port: port(), boot: 2 })).rejects.toThrow(/Not authorized/);
  });
});

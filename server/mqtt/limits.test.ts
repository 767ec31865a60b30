import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { type Env, sealedDevice, tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

const file = (name: string) => fileURLToPath(new URL(`../testing/tls/${name}`, import.meta.url));
const schema = { output_variables: { n: { type: 'integer' } }, input_variables: { lamp: { type: 'boolean' } } };

let croft: TestInstance;
let owner: TestClient;
let units: ReturnType<typeof unitsOf>;

beforeAll(async () => {
  croft = await testInstance({
    env: {
      CROFT_UNIT_RATE_PER_SECOND: '20',
      CROFT_UNIT_RATE_PER_MINUTE: '60',
      CROFT_MQTTS_PORT: '0',
      CROFT_TLS_CERT: file('localhost.crt'),
      CROFT_TLS_KEY: file('localhost.key'),
    },
  });
  owner = await croft.user('ada');
  units = unitsOf(owner, schema);
});
afterAll(() => croft.close());

const storedOf = (unit: Unit) => units.valuesOf(unit, 'n');

async function plainPort(): Promise<number> {
  return (await croft.anonymous.call('GET /api/instance')).mqtt.port;
}

describe('too fast', () => {
  test('what exceeds the limits is held back in its order, the device is told, nothing is refused', async () => {
    const { unit, env } = await units.makeUnit('sealed');
    const device = await sealedDevice(env, { port: await plainPort() });
    await device.subscribe('throttled');
    const began = performance.now();
    await Promise.all(Array.from({ length: 30 }, (_, n) => device.publish('output/n', n)));
    expect(performance.now() - began).toBeGreaterThan(400);
    expect(await storedOf(unit)).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(device.heardOn('throttled')).toEqual([{ wait: 1 }]);
    expect(await owner.call('GET /api/units/:id/refusals', { params: { id: unit.id } })).toEqual([]);
    await device.close();
  });

  test('what would wait too long is refused with a counted row', async () => {
    const { unit, env } = await units.makeUnit('token');
    const device = await tokenDevice(env, { port: await plainPort() });
    for (let n = 0; n < 200; n++) device.client.publish(device.topic('output/n'), String(n), { qos: 0 });
    await eventually(async () => {
      const rows = await owner.call('GET /api/units/:id/refusals', { params: { id: unit.id } });
      expect(rows.map(({ reason }) => reason)).toEqual(['too-fast']);
      expect(rows[0]?.count).toBeGreaterThan(100);
    });
    await device.close();
  });
});

describe('TLS', () => {
  test('a device that checks the certificate connects, and env.json names the TLS port where nothing is sealed', async () => {
    const { unit, env } = await units.makeUnit('token');
    expect(env).toMatchObject({ MQTT_TLS: true });
    const sealed = await units.makeUnit('sealed');
    expect(sealed.env).toMatchObject({ MQTT_TLS: false, MQTT_PORT: await plainPort() });
    const device = await tokenDevice(env, {
      port: 0,
      url: `mqtts://localhost:${env.MQTT_PORT}`,
      options: { ca: readFileSync(file('localhost.crt')) },
    });
    await device.publish('output/n', 1);
    expect(await storedOf(unit)).toEqual([1]);
    await device.close();
  });
});

describe('malformed packets', () => {
  /** What a well-behaved client sends at once: CONNECT, SUBSCRIBE, PUBLISH, PINGREQ. */
  const session = (env: Env): Buffer =>
    Buffer.concat([
      generate({
        ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 10 },
        ...{ clientId: 'raw', username: String(env.UNIT_UUID), password: Buffer.from(String(env.MQTT_PASSWORD)) },
      }),
      generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `unit/${env.UNIT_UUID}/input/+`, qos: 1 }] }),
      generate({
        ...{ cmd: 'publish', topic: `unit/${env.UNIT_UUID}/output/n`, payload: '7' },
        ...{ qos: 1, messageId: 2, dup: false, retain: false },
      }),
      generate({ cmd: 'pingreq' }),
    ]);

  async function open(): Promise<Socket> {
    const socket = connect(await plainPort(), '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket.resume();
  }

  test('a session that comes byte by byte is understood', async () => {
    const { unit, env } = await units.makeUnit('token');
    const socket = (await open()).setNoDelay(true);
    for (const byte of session(env)) socket.write(Buffer.from([byte]));
    await eventually(async () => expect(await storedOf(unit)).toEqual([7]));
    socket.destroy();
  });

  test('each byte changed, each length cut: no harm to the instance, nothing stored that was not sent', async () => {
    const { unit, env } = await units.makeUnit('token');
    const good = session(env);
    const sockets: Socket[] = [];
    for (let index = 0; index < good.length; index++) {
      const changed = Buffer.from(good);
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
      for (const bytes of [changed, good.subarray(0, index)]) {
        const socket = await open();
        socket.end(bytes);
        sockets.push(socket);
      }
    }
    const { unit: other, env: otherEnv } = await units.makeUnit('token');
    const device = await tokenDevice(otherEnv, { port: await plainPort() });
    await device.publish('output/n', 1);
    expect(await storedOf(other)).toEqual([1]);
    const digits = (await storedOf(unit)).every((value) => typeof value === 'number' && value >= 0 && value <= 9);
    expect(digits).toBe(true);
    for (const socket of sockets) socket.destroy();
    await device.close();
  });

  test('a packet that announces 256 MB is cut off at 68 KiB', async () => {
    const { env } = await units.makeUnit('token');
    const socket = await open();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(session(env));
    socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
    const chunk = Buffer.alloc(16 * 1024);
    for (let sent = 0; sent < 1_000 && !socket.destroyed; sent++) {
      const drained = new Promise((resolve) => socket.once('drain', resolve));
      if (!socket.write(chunk)) await Promise.race([drained, closed]);
    }
    await closed;
    expect(socket.bytesWritten).toBeLessThan(16 * 1024 * 1024);
  });

  test('a device that fails again and again is not listened to, while its neighbours are', async () => {
    const { env } = await units.makeUnit('token');
    const fail = () => tokenDevice({ ...env, MQTT_PASSWORD: 'guess' }, { port: 0, url: `mqtt://127.0.0.1:${plain}` });
    const plain = await plainPort();
    for (let attempt = 0; attempt < 30; attempt++) await expect(fail()).rejects.toThrow(/Bad username/);
    await expect(fail()).rejects.toThrow(/Server unavailable/);
    const { env: neighbour } = await units.makeUnit('token');
    await (await tokenDevice(neighbour, { port: plain })).close();
  });
});

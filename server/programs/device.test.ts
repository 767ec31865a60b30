import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpProof } from '../mqtt/proof.ts';
import type { TestClient } from '../testing/client.ts';
import { type Env, sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { unitRequest } from '../testing/unit-request.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

const firmware = '/api/device/firmware';
const schema = { output_variables: { n: { type: 'integer' } } };

let croft: TestInstance;
let owner: TestClient;
let units: ReturnType<typeof unitsOf>;

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  units = unitsOf(owner, schema);
});
afterAll(() => croft.close());

const seq = ({ opened }: { opened: { ok: boolean; seq?: number } }) => opened.seq;
const reasonsOf = async (unit: Unit) => (await units.refusalsOf(unit)).map(({ reason }) => reason);

describe('a unit that asks over HTTP', () => {
  test('gets its manifest, each file of it, and its env.json, sealed for the path', async () => {
    const { env } = await units.makeUnit();
    const answer = await unitRequest(env, firmware, { n: 1 });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': String(answer.body.length),
    });
    expect(answer.headers).not.toHaveProperty('content-encoding');
    // A board reads a head line by line, into 512 bytes.
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(500);
    expect(lines.length).toBeLessThan(35);
    const { version, files } = JSON.parse(answer.text);
    expect(version).toMatch(/^croft\+[0-9a-f]{7}$/);
    const file = files.find(({ path }: { path: string }) => path === 'croft/mqtt.py');
    const path = `/api/device/files/${file.path}`;
    const content = await unitRequest(env, path, { n: 2 });
    expect(content.opened).toMatchObject({ ok: true, boot: 1 });
    expect(content.text).toContain('# MQTT 3.1.1');
    expect(content.text.length).toBe(file.size);
    const own = await unitRequest(env, '/api/device/env', { n: 3 });
    expect(JSON.parse(own.text)).toEqual(env);
    expect([answer, content, own].map(seq)).toEqual([1, 2, 3]);
  });

  test('is answered with numbers of its own, beyond those of its connection', async () => {
    const { env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: croft.mqttPort, n: 1 });
    const answer = await unitRequest(env, firmware, { n: 2 });
    expect(seq(answer)).toBe(2 ** 18 + 1);
    await device.subscribe('world');
    await eventually(() => expect(device.heardOn('world')).toHaveLength(1));
    await device.close();
    const later = await unitRequest(env, firmware, { boot: 2, n: 1 });
    expect(later.opened).toMatchObject({ boot: 2, seq: 1 });
  });

  test('is heard: it counts as seen', async () => {
    const { unit, env } = await units.makeUnit();
    expect(unit.lastSeenAt).toBeNull();
    await unitRequest(env, firmware, { n: 1 });
    expect((await owner.call('GET /api/units/:id', { params: { id: unit.id } })).lastSeenAt).not.toBeNull();
  });

  test('gets 404 for a file it has not, and for none that lies elsewhere', async () => {
    const { env } = await units.makeUnit();
    for (const [index, path] of ['boot.txt', '../../package.json', '%2e%2e/main.py', 'croft/'].entries()) {
      const { status } = await unitRequest(env, `/api/device/files/${path}`, { n: index + 1 });
      expect(status, path).toBe(404);
    }
  });
});

describe('is not let in', () => {
  const turnedAway = async (unit: Unit, reason: string, asking: Promise<{ status: number; body: Buffer }>) => {
    const { status, body } = await asking;
    expect(JSON.parse(body.toString())).toMatchObject({ status: 401, code: 'unauthorized' });
    expect(status).toBe(401);
    expect(await reasonsOf(unit)).toContain(reason);
  };

  test('with a proof that was used, here or over MQTT, or is older', async () => {
    const { unit, env } = await units.makeUnit();
    await unitRequest(env, firmware, { boot: 3, n: 2 });
    await turnedAway(unit, 'replayed-proof', unitRequest(env, firmware, { boot: 3, n: 2 }));
    await turnedAway(unit, 'replayed-proof', unitRequest(env, firmware, { boot: 2, n: 9 }));
    await expect(sealedDevice(env, { port: croft.mqttPort, boot: 3, n: 2 })).rejects.toThrow(/Bad username/);
    await (await sealedDevice(env, { port: croft.mqttPort, boot: 3, n: 3 })).close();
    await turnedAway(unit, 'replayed-proof', unitRequest(env, firmware, { boot: 3, n: 3 }));
  });

  test('with a proof of another path, method or key, or with none', async () => {
    const { unit, env } = await units.makeUnit();
    const { env: other } = await units.makeUnit();
    const proof = proofOf(env, '/api/device/env', 2);
    await turnedAway(unit, 'bad-proof', unitRequest(env, firmware, { n: 3, headers: { 'Croft-Proof': proof } }));
    await turnedAway(unit, 'bad-proof', unitRequest(env, firmware, { n: 3, headers: { 'Croft-Proof': '' } }));
    const foreign = { ...env, SECRET_KEY: other.SECRET_KEY };
    await turnedAway(unit, 'bad-proof', unitRequest(foreign, firmware, { n: 3 }));
    // The path counts as it is sent.
    const decoded = { 'Croft-Proof': proofOf(env, '/api/device/files/main.py', 3) };
    const encoded = '/api/device/files/%6dain.py';
    await turnedAway(unit, 'bad-proof', unitRequest(env, encoded, { n: 3, headers: decoded }));
    expect((await unitRequest(env, encoded, { n: 3 })).status).toBe(200);
    expect((await unitRequest(env, firmware, { n: 4 })).status).toBe(200);
  });

  test('with keys from before they were remade, as a token unit, simulated, or with an owner who is locked', async () => {
    const { unit, env } = await units.makeUnit();
    await owner.call('POST /api/units/:id/keys', { params: { id: unit.id } });
    await eventually(() => turnedAway(unit, 'old-key', unitRequest(env, firmware, { n: 1 })));
    const fresh = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
    await owner.call('PATCH /api/units/:id', { params: { id: unit.id }, body: { security: 'token' } });
    await eventually(() => turnedAway(unit, 'wrong-security', unitRequest(fresh, firmware, { n: 1 })));

    const virtual = await owner.call('POST /api/units/virtual', { body: { simulation: 'weather-station' } });
    const own = await owner.call('GET /api/units/:id/env', { params: { id: virtual.id } });
    await turnedAway(virtual, 'simulated', unitRequest(own, firmware, { n: 1 }));

    const bob = await croft.user('bob');
    const bobs = unitsOf(bob, schema);
    const { unit: locked, env: lockedEnv } = await bobs.makeUnit();
    const { id } = await bob.call('GET /api/me');
    const admin = await croft.administrator();
    await admin.call('PATCH /api/users/:id', { params: { id }, body: { locked: true } });
    await eventually(async () => expect((await unitRequest(lockedEnv, firmware, { n: 1 })).status).toBe(401));
    await admin.call('PATCH /api/users/:id', { params: { id }, body: { locked: false } });
    await bob.call('POST /api/sessions', { body: { username: 'bob', password: 'correct horse battery' } });
    expect((await bobs.refusalsOf(locked)).map(({ reason }) => reason)).toContain('owner-locked');
  });

  test('without the token of a unit: an unknown one, a session, an API token', async () => {
    const { env } = await units.makeUnit();
    const unknown = { ...env, PEPEUNIT_TOKEN: 'a.b.c' };
    expect((await unitRequest(unknown, firmware, { n: 1 })).status).toBe(401);
    expect((await owner.send(`GET ${firmware}`)).status).toBe(401);
    const token = `Bearer ${(await owner.call('POST /api/tokens', { body: { name: 'x', scopes: ['read'], days: 1 } })).secret}`;
    expect((await unitRequest(env, firmware, { n: 1, headers: { Authorization: token } })).status).toBe(401);
    expect((await unitRequest(env, '/api/units', { n: 1 })).status).toBe(401);
    expect((await unitRequest(env, firmware, { n: 1 })).status).toBe(200);
  });

  test('after thirty failures in a minute, whatever it brings; others at its address are', async () => {
    const { unit, env } = await units.makeUnit();
    const { env: neighbour } = await units.makeUnit();
    const guess = () => unitRequest(env, firmware, { n: 1, headers: { 'Croft-Proof': 'guess' } });
    await Promise.all(Array.from({ length: 30 }, guess));
    const blocked = await unitRequest(env, firmware, { n: 2 });
    expect(blocked.status).toBe(429);
    expect(blocked.headers['retry-after']).toBe('60');
    await expect(sealedDevice(env, { port: croft.mqttPort, n: 3 })).rejects.toThrow(/Server unavailable/);
    expect((await unitRequest(neighbour, firmware, { n: 1 })).status).toBe(200);
    const [row] = await units.refusalsOf(unit);
    expect(row).toMatchObject({ reason: 'bad-proof', count: 30 });
  });
});

/** A proof that a device made for something else. */
function proofOf(env: Env, path: string, n: number): string {
  const secret = createSecretKey(Buffer.from(String(env.SECRET_KEY), 'base64url'));
  return httpProof(secret, 'GET', path, 1, n);
}

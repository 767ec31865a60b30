import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { endpointsOf } from './testing.ts';

let croft: TestInstance;
let ada: TestClient;
let on: ReturnType<typeof endpointsOf>;
beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
  on = endpointsOf(croft, ada);
});
afterAll(() => croft.close());

const listOf = (unit: { id: string }) => ada.call('GET /api/units/:id/endpoints', { params: { id: unit.id } });

test('an endpoint has its address, and its secret is told once', async () => {
  const { unit, endpoint } = await on.make();
  const { secret, ...rest } = endpoint;
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(rest).toMatchObject({ auth: 'token', needsTimestamp: false, enabled: true, unit: unit.id });
  expect(rest.address).toMatch(new RegExp(`^http://.*/api/submit/${endpoint.id}$`));
  expect(await listOf(unit)).toEqual([rest]);
  const open = await on.makeOn(unit, { auth: 'none' });
  expect([open.secret, open.secretMadeAt]).toEqual([null, null]);
});

test('names are of one unit once, and there are ten endpoints of it at most, however many are made at once', async () => {
  const { unit, endpoint } = await on.make();
  const params = { id: unit.id };
  const make = (name: string) => ada.call('POST /api/units/:id/endpoints', { params, body: { name } });
  await expect(make(endpoint.name)).rejects.toThrow('The unit has an endpoint of this name');
  const made = await Promise.allSettled(Array.from({ length: 15 }, (_, index) => make(`No ${index}`)));
  expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
  const change = { params: { id: endpoint.id }, body: { name: 'No 0' } };
  await expect(ada.call('PATCH /api/endpoints/:id', change)).rejects.toThrow('409');
  await expect(make('x')).rejects.toThrow('10 endpoints at most');
});

test('a simulation has none', async () => {
  const lamp = await ada.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp' } });
  const call = ada.call('POST /api/units/:id/endpoints', { params: { id: lamp.id }, body: { name: 'Door' } });
  await expect(call).rejects.toThrow('409');
});

describe('from the answer on', () => {
  /** Sends all the time until it is stopped; what was taken by then, and what came after. */
  function stream(send: () => Promise<Response>) {
    let isOn = true;
    let taken = 0;
    const one = async () => {
      while (isOn) if ((await send()).status === 202) taken++;
    };
    const all = Promise.all(Array.from({ length: 6 }, one));
    return {
      taken: () => taken,
      stop: async () => {
        isOn = false;
        await all;
      },
    };
  }

  test.each([
    ['an old secret', (id: string) => ada.call('POST /api/endpoints/:id/secret', { params: { id } })],
    [
      'an endpoint that was switched off',
      (id: string) => ada.call('PATCH /api/endpoints/:id', { params: { id }, body: { enabled: false } }),
    ],
    ['a deleted one', (id: string) => ada.call('DELETE /api/endpoints/:id', { params: { id } })],
  ])('%s is dead, also for what was on its way', async (_, change) => {
    const { unit, endpoint } = await on.make();
    let n = 0;
    const sending = stream(() => on.send(endpoint, { temperature: ++n / 100_000 }));
    await expect.poll(sending.taken).toBeGreaterThan(10);
    await change(endpoint.id);
    const stored = await on.valuesOf(unit, 'temperature');
    const refused = await on.send(endpoint, { temperature: 60 });
    expect([401, 404]).toContain(refused.status);
    await sending.stop();
    expect(await on.valuesOf(unit, 'temperature')).toEqual(stored);
    expect(stored.length).toBeGreaterThanOrEqual(sending.taken());
  });

  test('a new secret lets in', async () => {
    const { endpoint } = await on.make({ auth: 'token' });
    const remade = await ada.call('POST /api/endpoints/:id/secret', { params: { id: endpoint.id } });
    expect((await on.send({ ...endpoint, secret: remade.secret }, { door: true })).status).toBe(202);
    expect(Date.parse(remade.secretMadeAt ?? '')).toBeGreaterThan(Date.parse(endpoint.secretMadeAt ?? ''));
  });
});

test('an unknown key becomes an output, and takes what comes next', async () => {
  const { unit, endpoint } = await on.make();
  expect((await on.send(endpoint, { wind: 3 })).status).toBe(422);
  const call = (name: string, type: 'number' | null) =>
    ada.call('POST /api/endpoints/:id/variables', { params: { id: endpoint.id }, body: { name, type } });
  await Promise.all([call('wind', 'number'), call('anything', null)]);
  expect((await on.send(endpoint, { wind: 4, anything: [1] })).status).toBe(202);
  const shown = await ada.call('GET /api/units/:id', { params: { id: unit.id } });
  const names = shown.variables.map(({ name }) => name);
  expect(names.slice(0, 3)).toEqual(['temperature', 'door', 'note']);
  expect(names.slice(3).toSorted()).toEqual(['anything', 'wind']);
  const wind = shown.variables.find(({ name }) => name === 'wind');
  expect(wind).toMatchObject({ direction: 'output', definition: { type: 'number' }, value: 4 });
  await expect(call('wind', 'number')).rejects.toThrow('409');
  await expect(call('a/b', 'number')).rejects.toThrow('422');
  await expect(call('__proto__', 'number')).rejects.toThrow('422');
});

test('a schema that lists names gets one more, and the others stay what they were', async () => {
  const body = { name: 'Listed', schema: { output_variables: ['a', 'b'] } };
  const unit = await ada.call('POST /api/units', { body });
  const endpoint = await on.makeOn(unit);
  const params = { id: endpoint.id };
  await ada.call('POST /api/endpoints/:id/variables', { params, body: { name: 'c', type: 'boolean' } });
  const shown = await ada.call('GET /api/units/:id', { params: { id: unit.id } });
  expect(shown.variables.map(({ name, definition }) => [name, definition])).toEqual([
    ['a', {}],
    ['b', {}],
    ['c', { type: 'boolean' }],
  ]);
  expect(shown.variables.slice(0, 2).map(({ id }) => id)).toEqual(unit.variables.map(({ id }) => id));
});

test('goes with its unit and with its owner', async () => {
  const { unit, endpoint } = await on.make();
  await on.send(endpoint, { door: true });
  await ada.call('DELETE /api/units/:id', { params: { id: unit.id } });
  expect((await on.send(endpoint, { door: true })).status).toBe(404);
  const bob = await croft.user('bob');
  const its = endpointsOf(croft, bob);
  const { endpoint: bobs } = await its.make({ auth: 'hmac' });
  await bob.call('POST /api/me/deletion', { body: { password: 'correct horse battery' } });
  expect((await its.send(bobs, { door: true })).status).toBe(404);
  const left = await croft.db
    .selectFrom('endpoints')
    .select('id')
    .where('uuid', 'in', [endpoint.id, bobs.id])
    .execute();
  expect(left).toEqual([]);
});

test('what is done to an endpoint stands in the audit log, without secrets', async () => {
  const { unit, endpoint } = await on.make();
  const params = { id: endpoint.id };
  await ada.call('PATCH /api/endpoints/:id', { params, body: { enabled: false } });
  const remade = await ada.call('POST /api/endpoints/:id/secret', { params });
  await ada.call('DELETE /api/endpoints/:id', { params });
  const acts = await ada.call('GET /api/audit', { query: { object: endpoint.id } });
  expect(acts.map(({ action, object, detail }) => [action, object.name, detail])).toEqual([
    ['endpoint.delete', `${unit.name}: ${endpoint.name}`, {}],
    ['endpoint.secret', `${unit.name}: ${endpoint.name}`, {}],
    ['endpoint.change', `${unit.name}: ${endpoint.name}`, { enabled: false }],
  ]);
  const [made] = await ada.call('GET /api/audit', { query: { object: unit.id, limit: 1 } });
  expect(made).toMatchObject({ action: 'unit.endpoint', detail: { name: endpoint.name, auth: 'token' } });
  expect(JSON.stringify([acts, made])).not.toMatch(new RegExp(`${endpoint.secret}|${remade.secret}`));
});

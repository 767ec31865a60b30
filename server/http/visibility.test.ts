import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Visibility } from '../access.ts';
import type { TestClient } from '../testing/client.ts';
import { sealedDevice } from '../testing/device.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';

const levels: Visibility[] = ['private', 'local', 'trusted', 'public'];
const schema = { input_variables: { lamp: { type: 'boolean' } }, output_variables: { warmth: { type: 'number' } } };

let croft: TestInstance;
let owner: TestClient;
let other: TestClient;
let unit: string;
let output: string;
let input: string;

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  other = await croft.user('bob');
  const made = await owner.call('POST /api/units', { body: { name: 'Shed', schema } });
  unit = made.id;
  output = made.variables.find(({ direction }) => direction === 'output')?.id ?? '';
  input = made.variables.find(({ direction }) => direction === 'input')?.id ?? '';
  const env = await owner.call('GET /api/units/:id/env', { params: { id: unit } });
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await device.publish('output/warmth', 21.5);
  await device.close();
});
afterAll(() => croft.close());

async function status(client: TestClient, key: string, id: string): Promise<number> {
  const response = await client.send(key, { params: { id } });
  await response.body?.cancel();
  return response.status;
}

const explored = async (client: TestClient) =>
  (await client.call('GET /api/explore', { query: {} })).units.map(({ id }) => id);

describe.each(levels)('a %s unit', (ofUnit) => {
  test.each(levels)('with a %s output is seen by those of the narrower of the two', async (ofOutput) => {
    await owner.call('PATCH /api/units/:id', { params: { id: unit }, body: { visibility: ofUnit } });
    await owner.call('PATCH /api/variables/:id', { params: { id: output }, body: { visibility: ofOutput } });
    const width = Math.min(levels.indexOf(ofUnit), levels.indexOf(ofOutput));
    const readers = [
      { client: owner, mayRead: true, isListed: width >= levels.indexOf('local') },
      { client: other, mayRead: width >= levels.indexOf('local') },
      { client: croft.anonymous, mayRead: width === levels.indexOf('public') },
    ];
    for (const { client, mayRead, isListed = mayRead } of readers) {
      const seen = mayRead ? 200 : 404;
      expect(await status(client, 'GET /api/variables/:id', output)).toBe(seen);
      expect(await status(client, 'GET /api/variables/:id/history', output)).toBe(seen);
      expect(await status(client, 'GET /api/units/:id', unit)).toBe(seen);
      expect(await explored(client)).toEqual(isListed ? [unit] : []);
    }
  });
});

describe('of a public unit', () => {
  beforeAll(async () => {
    await owner.call('PATCH /api/units/:id', { params: { id: unit }, body: { visibility: 'public' } });
    await owner.call('PATCH /api/variables/:id', { params: { id: output }, body: { visibility: 'public' } });
    await owner.call('PATCH /api/variables/:id', { params: { id: input }, body: { visibility: 'public' } });
  });

  test('others see outputs and nothing of the owner’s', async () => {
    for (const client of [other, croft.anonymous]) {
      const seen = await client.call('GET /api/units/:id', { params: { id: unit } });
      expect(seen.variables.map(({ id }) => id)).toEqual([output]);
      expect(seen.owned).toBe(false);
      const secrets = ['schema', 'example', 'settings', 'state', 'keysGeneration', 'keysMadeAt'];
      expect(Object.keys(seen).filter((name) => secrets.includes(name))).toEqual([]);
    }
  });

  test('inputs are the owner’s alone, to read and to set', async () => {
    for (const client of [other, croft.anonymous]) {
      expect(await status(client, 'GET /api/variables/:id', input)).toBe(404);
      expect(await status(client, 'GET /api/variables/:id/history', input)).toBe(404);
    }
    const set = await other.send('PUT /api/variables/:id/value', { params: { id: input }, body: { value: true } });
    expect(set.status).toBe(404);
    expect((await owner.call('GET /api/variables/:id', { params: { id: input } })).value).toBeNull();
  });

  test('an output cannot be set over HTTP, by nobody', async () => {
    const set = (client: TestClient) =>
      client.send('PUT /api/variables/:id/value', { params: { id: output }, body: { value: 1 } });
    expect((await set(owner)).status).toBe(403);
    expect((await set(other)).status).toBe(404);
  });

  test.each([
    ['PATCH /api/units/:id', { name: 'Mine' }],
    ['DELETE /api/units/:id', undefined],
    ['GET /api/units/:id/env', undefined],
    ['POST /api/units/:id/keys', undefined],
    ['GET /api/units/:id/refusals', undefined],
  ])('%s is not for others', async (key, body) => {
    const response = await other.send(key, { params: { id: unit }, body });
    expect(response.status).toBe(404);
    expect((await owner.call('GET /api/units/:id', { params: { id: unit } })).name).toBe('Shed');
  });
});

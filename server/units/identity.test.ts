import { afterAll, describe, expect, test } from 'vitest';
import type { ApiInput, ApiReply } from '../contract.ts';
import { createClient } from '../testing/client.ts';
import { testInstance } from '../testing/instance.ts';

type Unit = ApiReply<'POST /api/units'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.user('ann');

const example = { PIN: 4, NAME: 'a board', UNIT_UUID: '', WIFI_SSID: '', WIFI_PASS: '' };
let count = 0;
async function makeUnit(more: Partial<ApiInput<'POST /api/units'>['body']> = {}): Promise<Unit> {
  count++;
  const wish = { name: `Unit ${count}`, schema: { output_variables: ['t'] }, example };
  return ann.call('POST /api/units', { body: { ...wish, ...more } });
}
const envOf = ({ id }: Unit) => ann.call('GET /api/units/:id/env', { params: { id } });
const setSettings = ({ id }: Unit, body: ApiInput<'PUT /api/units/:id/settings'>['body']) =>
  ann.call('PUT /api/units/:id/settings', { params: { id }, body });

describe('env.json', () => {
  test('is a file that no cache keeps, with keys and the doors of this instance', async () => {
    const unit = await makeUnit();
    const response = await ann.send('GET /api/units/:id/env', { params: { id: unit.id } });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="env.json"');
    const env = await response.json();
    expect(env).toMatchObject({
      UNIT_UUID: unit.id,
      MQTT_HOST: 'localhost',
      MQTT_PORT: croft.mqttPort,
      MQTT_TLS: false,
      PEPEUNIT_URL: croft.url,
      PEPEUNIT_TOKEN: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      SYNC_ENCRYPT_KEY: expect.stringMatching(/^[\w-]{43}$/),
      SECRET_KEY: expect.stringMatching(/^[\w-]{43}$/),
      WIFI_SSID: '',
      WIFI_PASS: '',
      PIN: 4,
      NAME: 'a board',
    });
    expect(env).not.toHaveProperty('MQTT_PASSWORD');
    expect(await envOf(unit)).toEqual(env);
  });

  test('of a plain unit holds user and password instead of keys', async () => {
    const env = await envOf(await makeUnit({ security: 'token' }));
    expect(env).toMatchObject({ MQTT_USER: env.UNIT_UUID, MQTT_PASSWORD: expect.stringMatching(/^[\w-]{32}$/) });
    for (const name of ['SYNC_ENCRYPT_KEY', 'SECRET_KEY', 'PEPEUNIT_TOKEN']) expect(env).not.toHaveProperty(name);
  });

  test('stands nowhere in the database in the clear', async () => {
    const unit = await makeUnit();
    await setSettings(unit, { NAME: 'a very private name' });
    const env = await envOf(unit);
    const keys = await croft.db.selectFrom('unitKeys').selectAll().execute();
    const units = await croft.db.selectFrom('units').selectAll().execute();
    const dump =
      keys.map(({ sealedKeys, sealedSettings }) => `${sealedKeys} ${sealedSettings}`).join() + JSON.stringify(units);
    expect(dump).toContain(unit.id);
    for (const secret of [env.SYNC_ENCRYPT_KEY, env.SECRET_KEY, env.PEPEUNIT_TOKEN, 'a very private name']) {
      expect(dump).not.toContain(secret);
    }
  });

  test('and the keys are for people, not for API tokens', async () => {
    const params = { id: (await makeUnit()).id };
    const { secret } = await ann.call('POST /api/tokens', {
      body: { name: 'script', scopes: ['read', 'write'], days: 1 },
    });
    const script = createClient(() => croft.url, { bearer: secret });
    expect((await script.call('GET /api/units/:id', { params })).owned).toBe(true);
    await expect(script.call('GET /api/units/:id/env', { params })).rejects.toMatchObject({ status: 403 });
    await expect(script.call('POST /api/units/:id/keys', { params })).rejects.toMatchObject({ status: 403 });
  });
});

describe('settings', () => {
  test('replace all that were set, and fill env.json', async () => {
    const unit = await makeUnit();
    expect(unit.settable.toSorted()).toEqual(['NAME', 'PIN']);
    expect((await setSettings(unit, { PIN: 12, NAME: 'mine' })).settings).toEqual({ PIN: 12, NAME: 'mine' });
    expect(await envOf(unit)).toMatchObject({ PIN: 12, NAME: 'mine' });
    expect((await setSettings(unit, { PIN: 13 })).settings).toEqual({ PIN: 13 });
    expect(await envOf(unit)).toMatchObject({ PIN: 13, NAME: 'a board' });
  });

  test('that the example has not, or that are of another type, are refused by name and change nothing', async () => {
    const unit = await makeUnit();
    await setSettings(unit, { PIN: 12 });
    await expect(setSettings(unit, { PIN: '13', MORE: 1, WIFI_PASS: 'hunter2' })).rejects.toMatchObject({
      status: 422,
      issues: [{ path: '/PIN' }, { path: '/MORE' }, { path: '/WIFI_PASS' }],
    });
    expect(await envOf(unit)).toMatchObject({ PIN: 12, WIFI_PASS: '' });
  });

  test('that a new example no longer asks for are left out', async () => {
    const unit = await makeUnit();
    await setSettings(unit, { PIN: 12, NAME: 'mine' });
    const body = { schema: unit.schema, example: { NAME: true, PIN: 1 } };
    const { settings } = await ann.call('PUT /api/units/:id/schema', { params: { id: unit.id }, body });
    expect(settings).toEqual({ PIN: 12 });
    expect(await envOf(unit)).toMatchObject({ PIN: 12, NAME: true });
  });
});

describe('remaking keys', () => {
  test('changes every key, raises the generation and begins the counters anew', async () => {
    const unit = await makeUnit();
    const before = await envOf(unit);
    const row = croft.db.selectFrom('units').select('id').where('uuid', '=', unit.id);
    const { id } = await row.executeTakeFirstOrThrow();
    const used = { boot: 7, seq: 8, connectBoot: 7, connectN: 2, downSeq: 64 };
    await croft.db.updateTable('unitProgress').set(used).where('unitId', '=', id).execute();

    const remade = await ann.call('POST /api/units/:id/keys', { params: { id: unit.id } });
    expect(remade.keysGeneration).toBe(2);
    expect(Date.parse(remade.keysMadeAt)).toBeGreaterThan(Date.parse(unit.keysMadeAt));
    const after = await envOf(unit);
    for (const name of ['SYNC_ENCRYPT_KEY', 'SECRET_KEY', 'PEPEUNIT_TOKEN']) {
      expect(after[name]).toEqual(expect.any(String));
      expect(after[name]).not.toBe(before[name]);
    }
    expect(after).toMatchObject({ UNIT_UUID: unit.id, PIN: 4 });
    const counters = croft.db.selectFrom('unitProgress').select(['boot', 'seq', 'connectBoot', 'connectN', 'downSeq']);
    expect(await counters.where('unitId', '=', id).executeTakeFirst()).toEqual({
      boot: 0,
      seq: 0,
      connectBoot: 0,
      connectN: 0,
      downSeq: 0,
    });
  });
});

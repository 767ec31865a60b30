import { afterAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import { testInstance } from '../testing/instance.ts';

type OwnUnit = ApiReply<'POST /api/units'>;
type Env = ApiReply<'GET /api/units/:id/env'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.signUp('ann');

const example = { PIN: 4, NAME: 'a board', UNIT_UUID: '', WIFI_SSID: '', WIFI_PASS: '' };
let count = 0;
async function makeUnit(more: object = {}): Promise<OwnUnit> {
  count++;
  const wish = { name: `Unit ${count}`, schema: { output_variables: ['t'] }, example, ...more };
  return (await ann.call<OwnUnit>('POST /api/units', wish)).body;
}
const envOf = async (unit: OwnUnit) => (await ann.call<Env>(`GET /api/units/${unit.id}/env`)).body;

describe('env.json', () => {
  test('is a file that no cache keeps, with keys and the doors of this instance', async () => {
    const unit = await makeUnit();
    const { status, headers, body } = await ann.call<Env>(`GET /api/units/${unit.id}/env`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-disposition')).toBe('attachment; filename="env.json"');
    expect(body).toMatchObject({
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
    expect(body).not.toHaveProperty('MQTT_PASSWORD');
    expect(await envOf(unit)).toEqual(body);
  });

  test('of a plain unit holds user and password instead of keys', async () => {
    const env = await envOf(await makeUnit({ security: 'token' }));
    expect(env).toMatchObject({ MQTT_USER: env.UNIT_UUID, MQTT_PASSWORD: expect.stringMatching(/^[\w-]{32}$/) });
    for (const name of ['SYNC_ENCRYPT_KEY', 'SECRET_KEY', 'PEPEUNIT_TOKEN']) expect(env).not.toHaveProperty(name);
  });

  test('stands nowhere in the database in the clear', async () => {
    const unit = await makeUnit();
    await ann.call(`PUT /api/units/${unit.id}/settings`, { NAME: 'a very private name' });
    const env = await envOf(unit);
    const rows = await croft.db.selectFrom('unitKeys').selectAll().execute();
    const units = await croft.db.selectFrom('units').selectAll().execute();
    const dump =
      rows.map(({ sealedKeys, sealedSettings }) => `${sealedKeys} ${sealedSettings}`).join() + JSON.stringify(units);
    for (const secret of [env.SYNC_ENCRYPT_KEY, env.SECRET_KEY, env.PEPEUNIT_TOKEN, 'a very private name']) {
      expect(dump).not.toContain(secret);
    }
  });

  test('and the keys are for people, not for API tokens', async () => {
    const unit = await makeUnit();
    const { body: token } = await ann.call<{ secret: string }>('POST /api/tokens', {
      name: 'script',
      scopes: ['read', 'write'],
      days: 1,
    });
    const ask = (method: string, path: string) =>
      fetch(`${croft.url}/api/units/${unit.id}${path}`, {
        method,
        headers: { authorization: `Bearer ${token.secret}` },
      });
    expect((await ask('GET', '')).status).toBe(200);
    expect((await ask('GET', '/env')).status).toBe(403);
    expect((await ask('POST', '/keys')).status).toBe(403);
  });
});

describe('settings', () => {
  test('replace all that were set, and fill env.json', async () => {
    const unit = await makeUnit();
    const put = (settings: object) => ann.call<OwnUnit>(`PUT /api/units/${unit.id}/settings`, settings);
    expect((await put({ PIN: 12, NAME: 'mine' })).body.settings).toEqual({ PIN: 12, NAME: 'mine' });
    expect(await envOf(unit)).toMatchObject({ PIN: 12, NAME: 'mine' });
    expect((await put({ PIN: 13 })).body.settings).toEqual({ PIN: 13 });
    expect(await envOf(unit)).toMatchObject({ PIN: 13, NAME: 'a board' });
  });

  test('that the example has not, or that are of another type, are refused by name and change nothing', async () => {
    const unit = await makeUnit();
    await ann.call(`PUT /api/units/${unit.id}/settings`, { PIN: 12 });
    const answer = await ann.call(`PUT /api/units/${unit.id}/settings`, { PIN: '13', MORE: 1, WIFI_PASS: 'hunter2' });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ issues: [{ path: '/PIN' }, { path: '/MORE' }, { path: '/WIFI_PASS' }] });
    expect(await envOf(unit)).toMatchObject({ PIN: 12, WIFI_PASS: '' });
  });

  test('that a new example no longer asks for are left out', async () => {
    const unit = await makeUnit();
    await ann.call(`PUT /api/units/${unit.id}/settings`, { PIN: 12, NAME: 'mine' });
    const changed = { schema: unit.schema, example: { NAME: true, PIN: 1 } };
    const { body } = await ann.call<OwnUnit>(`PUT /api/units/${unit.id}/schema`, changed);
    expect(body.settings).toEqual({ PIN: 12 });
    expect(await envOf(unit)).toMatchObject({ PIN: 12, NAME: true });
  });
});

describe('remaking keys', () => {
  test('changes every key, raises the generation and begins the counters anew', async () => {
    const unit = await makeUnit();
    const before = await envOf(unit);
    const { id } = await croft.db
      .selectFrom('units')
      .select('id')
      .where('uuid', '=', unit.id)
      .executeTakeFirstOrThrow();
    const used = { boot: 7, seq: 8, connectBoot: 7, connectN: 2, downSeq: 64 };
    await croft.db.updateTable('unitProgress').set(used).where('unitId', '=', id).execute();

    const { status, body } = await ann.call<OwnUnit>(`POST /api/units/${unit.id}/keys`);
    expect([status, body.keysGeneration]).toEqual([200, 2]);
    expect(Date.parse(body.keysMadeAt)).toBeGreaterThan(Date.parse(unit.keysMadeAt));
    const after = await envOf(unit);
    for (const name of ['SYNC_ENCRYPT_KEY', 'SECRET_KEY', 'PEPEUNIT_TOKEN']) expect(after[name]).not.toBe(before[name]);
    expect(after).toMatchObject({ UNIT_UUID: unit.id, PIN: 4 });
    const progress = croft.db.selectFrom('unitProgress').select(['boot', 'seq', 'connectBoot', 'connectN', 'downSeq']);
    const counters = await progress.where('unitId', '=', id).executeTakeFirst();
    expect(counters).toEqual({ boot: 0, seq: 0, connectBoot: 0, connectN: 0, downSeq: 0 });
  });
});

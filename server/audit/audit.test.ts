import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../contract.ts';
import { createClient, type TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance, testPassword } from '../testing/instance.ts';
import type { Unit } from '../testing/units.ts';
import { createAudit } from './audit.ts';
import { dropOldActs } from './store.ts';

const schema = { input_variables: { dial: { type: 'number' } }, output_variables: { warmth: { type: 'number' } } };

let croft: TestInstance;
let admin: TestClient;
let ada: TestClient;
let bob: TestClient;
let shed: Unit;
let adaId: number;

beforeAll(async () => {
  croft = await testInstance();
  admin = await croft.administrator();
  ada = await croft.user('ada');
  bob = await croft.user('bob');
  const users = croft.db.selectFrom('users').select('id').where('username', '=', 'ada');
  adaId = (await users.executeTakeFirstOrThrow()).id;
  shed = await ada.call('POST /api/units', { body: { name: 'Shed', schema } });
});
afterAll(() => croft.close());

const newest = async (client: TestClient, object?: string) =>
  (await client.call('GET /api/audit', { query: { limit: 1, object } }))[0];
const unitParams = () => ({ params: { id: shed.id } });
const signIn = (username: string, password: string) =>
  createClient(() => croft.url).send('POST /api/sessions', { body: { username, password } });

describe('an act', () => {
  test('is written down with who, what, from where and how it ended', async () => {
    await ada.call('PATCH /api/units/:id', { ...unitParams(), body: { visibility: 'local' } });
    expect(await newest(ada, shed.id)).toEqual({
      id: expect.any(Number),
      at: expect.stringMatching(/^2\d{3}-.*Z$/),
      actor: 'ada',
      means: 'session',
      token: null,
      address: expect.stringMatching(/127\.0\.0\.1|::1/),
      action: 'unit.change',
      object: { kind: 'unit', id: shed.id, name: 'Shed', owner: 'ada' },
      result: 'ok',
      detail: { visibility: 'local' },
    });
    await ada.call('PATCH /api/units/:id', { ...unitParams(), body: { visibility: 'private' } });
  });

  test('by an API token names the token', async () => {
    const body = { name: 'Script', scopes: ['write' as const], days: 1 };
    const { secret } = await ada.call('POST /api/tokens', { body });
    const script = createClient(() => croft.url, { bearer: secret });
    await script.call('PUT /api/units/:id/settings', { ...unitParams(), body: {} });
    expect(await newest(ada)).toMatchObject({ action: 'unit.settings', means: 'token', token: 'Script', result: 'ok' });
    await script.send('GET /api/units/:id/env', unitParams());
    expect(await newest(ada)).toMatchObject({ action: 'unit.env', result: 'denied', detail: { status: 403 } });
  });

  test('names what it made, and what it deleted as it was', async () => {
    const made = await ada.call('POST /api/units', { body: { name: 'Short', schema } });
    expect(await newest(ada)).toMatchObject({ action: 'unit.make', object: { id: made.id, name: 'Short' } });
    await ada.call('DELETE /api/units/:id', { params: { id: made.id } });
    expect(await newest(ada)).toMatchObject({ action: 'unit.delete', object: { id: made.id, name: 'Short' } });
  });

  test('on a grant is about its variable, and is found by its unit', async () => {
    const variable = shed.variables.find(({ name }) => name === 'warmth')?.id ?? '';
    const grant = await ada.call('POST /api/grants', { body: { variable, access: 'read', user: 'bob' } });
    await bob.call('DELETE /api/grants/:id', { params: { id: grant.id } });
    const acts = await ada.call('GET /api/audit', { query: { object: shed.id, limit: 2 } });
    const object = { kind: 'variable', id: variable, name: 'Shed#warmth', owner: 'ada' };
    expect(acts).toMatchObject([
      { action: 'grant.revoke', actor: 'bob', object },
      { action: 'grant.give', actor: 'ada', object, detail: { variable, access: 'read', user: 'bob' } },
    ]);
  });

  test('that was a mistake of form is none', async () => {
    const before = await newest(ada);
    await ada.send('PATCH /api/units/:id', { ...unitParams(), body: { visibility: 'all' } });
    await ada.send('POST /api/units', { body: { name: 'Shed', schema } });
    expect(await newest(ada)).toEqual(before);
  });

  test('that fails is told as failed, and one whose end nobody wrote as begun', async () => {
    const { audit } = api['DELETE /api/units/:id'];
    const caller = {
      kind: 'person',
      userId: adaId,
      id: shed.id,
      username: 'ada',
      role: 'user',
      scopes: [],
      sessionId: 1,
    } as const;
    const { witness } = createAudit({ db: croft.db, retentionDays: 1, log: pino({ level: 'silent' }) });
    const attempt = { ctx: { ip: '192.0.2.1', state: {} }, caller, audited: audit, params: { id: shed.id } };
    let during: unknown;
    const act = async () => {
      during = (await newest(ada))?.result;
      throw new Error('the disk is full');
    };
    await expect(witness(attempt as unknown as Parameters<typeof witness>[0], act)).rejects.toThrow('the disk is full');
    expect(during).toBe('begun');
    expect(await newest(ada)).toMatchObject({ action: 'unit.delete', result: 'failed', detail: { status: 500 } });
  });
});

describe('sign-ins', () => {
  test('are told to the account, failed ones too', async () => {
    await signIn('ada', testPassword);
    expect(await newest(ada)).toMatchObject({ action: 'user.sign-in', actor: 'ada', result: 'ok', means: 'anonymous' });
    await signIn('ADA', 'not her password');
    expect(await newest(ada)).toMatchObject({
      action: 'user.sign-in',
      actor: '',
      result: 'denied',
      object: { name: 'ada' },
    });
  });

  test('to nobody’s account are told to the administrator alone, without what was typed', async () => {
    const before = await newest(ada);
    await signIn('my secret by mistake', 'a long password');
    expect(await newest(admin)).toMatchObject({
      action: 'user.sign-in',
      result: 'denied',
      object: { id: null, name: '' },
    });
    expect(await newest(ada)).toEqual(before);
    const rows = await croft.db.selectFrom('audit').selectAll().execute();
    expect(JSON.stringify(rows)).not.toMatch(/my secret by mistake|a long password|not her password/);
  });
});

test('trimming keeps the newest of each owner, and vain tries push nothing out', async () => {
  await croft.db.deleteFrom('audit').execute();
  const row = {
    ...{ actor: 'bob', means: 'session' as const, address: '', action: 'unit.delete', detail: '{}' },
    ...{ objectKind: 'unit', objectName: '', objectOwner: '' },
  } as const;
  const add = (count: number, more: { result: 'ok' | 'denied'; objectOwnerId: number | null; at?: Date }) =>
    croft.db
      .insertInto('audit')
      .values(Array.from({ length: count }, () => ({ ...row, ...more })))
      .execute();
  const old = new Date(Date.now() - 2 * 86_400_000);
  await add(4, { result: 'ok', objectOwnerId: adaId });
  await add(9, { result: 'denied', objectOwnerId: adaId });
  await add(5, { result: 'denied', objectOwnerId: null });
  await add(1, { result: 'ok', objectOwnerId: adaId, at: old });
  await dropOldActs(croft.db, { since: new Date(Date.now() - 86_400_000), done: 3, vain: 2 });
  const left = await croft.db.selectFrom('audit').select(['objectOwnerId', 'result', 'at']).execute();
  const count = (ofOwner: number | null, result: string) =>
    left.filter((one) => one.objectOwnerId === ofOwner && one.result === result).length;
  expect([count(adaId, 'ok'), count(adaId, 'denied'), count(null, 'denied')]).toEqual([3, 2, 2]);
  expect(left.every(({ at }) => at > old)).toBe(true);
});

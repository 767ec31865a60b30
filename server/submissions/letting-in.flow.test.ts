import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { endpointsOf, type Made, seconds, signed } from './testing.ts';

let croft: TestInstance;
let ada: TestClient;
let on: ReturnType<typeof endpointsOf>;
beforeAll(async () => {
  croft = await testInstance({ env: { CROFT_UNIT_RATE_PER_SECOND: '15' } });
  ada = await croft.user('ada');
  on = endpointsOf(croft, ada);
});
afterAll(() => croft.close());

const body = '{"temperature":21.5}';
const statusOf = async (answer: Promise<Response>) => (await answer).status;
const idOf = async (answer: Response) => ((await answer.json()) as { id?: string }).id;

describe('a token', () => {
  test('lets in; a wrong one or none is answered 401, and counted in a row for the owner', async () => {
    const { unit, endpoint } = await on.make();
    for (const authorization of ['', 'Bearer wrong', `Basic ${endpoint.secret}`]) {
      const answer = await on.post(endpoint.id, body, { Authorization: authorization });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    const row = await on.refused(unit, 'submission-credentials');
    expect(row).toMatchObject({ topic: `POST /api/submit/${endpoint.id}` });
    await eventually(async () => expect((await on.refused(unit, 'submission-credentials'))?.count).toBe(3));
    expect(await on.list(endpoint)).toEqual([]);
    expect(await statusOf(on.post(endpoint.id, body, { Authorization: `Bearer ${endpoint.secret}` }))).toBe(202);
  });

  test('is not that of an account, which opens nothing here and is kept nowhere', async () => {
    const { endpoint } = await on.make();
    const asked = { name: 'Script', scopes: ['write' as const], days: 1 };
    const { secret } = await ada.call('POST /api/tokens', { body: asked });
    expect(await statusOf(on.post(endpoint.id, body, { Authorization: `Bearer ${secret}` }))).toBe(401);
    const known = await croft.db.selectFrom('endpoints').selectAll().where('uuid', '=', endpoint.id).execute();
    expect(known[0]?.secretHash).toHaveLength(32);
    expect(JSON.stringify(known)).not.toContain(endpoint.secret);
  });
});

describe('a signature', () => {
  test('over time and body lets in once; the same again is the same submission', async () => {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    expect(endpoint.needsTimestamp).toBe(true);
    const now = seconds();
    const headers = signed(endpoint, body, now);
    const first = await idOf(await on.post(endpoint.id, body, headers));
    const again = await on.post(endpoint.id, body, headers);
    expect([again.status, await idOf(again)]).toEqual([202, first]);
    expect(await on.list(endpoint)).toHaveLength(1);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5]);
    expect(await statusOf(on.post(endpoint.id, body, signed(endpoint, body, now - 1)))).toBe(202);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5, 21.5]);
  });

  test('sent many times at once is stored once', async () => {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    const headers = signed(endpoint, body, seconds());
    const answers = await Promise.all(Array.from({ length: 8 }, () => on.post(endpoint.id, body, headers)));
    const receipts = new Set(await Promise.all(answers.filter(({ status }) => status === 202).map(idOf)));
    expect(receipts.size).toBe(1);
    expect(answers.filter(({ status }) => ![202, 503].includes(status))).toEqual([]);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5]);
  });

  test('of something that was not taken is not taken the second time either', async () => {
    const { endpoint } = await on.make({ auth: 'hmac' });
    const headers = signed(endpoint, '{"wind":1}', seconds());
    for (let n = 0; n < 2; n++) expect(await statusOf(on.post(endpoint.id, '{"wind":1}', headers))).toBe(422);
    expect(await on.list(endpoint)).toHaveLength(1);
  });

  test.each([
    ['of another body', (made: Made) => signed(made, '{"temperature":2}', seconds())],
    ['with another secret', () => signed({ secret: 'x' }, body, seconds())],
    ['six minutes old', (made: Made) => signed(made, body, seconds() - 360)],
    ['without a time', (made: Made) => signed(made, body)],
    [
      'with another time',
      (made: Made) => ({ ...signed(made, body, seconds()), 'X-Croft-Timestamp': `${seconds() - 9}` }),
    ],
    ['that is none', () => ({ 'X-Hub-Signature-256': 'sha256=00', 'X-Croft-Timestamp': `${seconds()}` })],
    ['missing', () => ({})],
  ])('%s lets nobody in', async (_, headersOf) => {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    expect(await statusOf(on.post(endpoint.id, body, headersOf(endpoint)))).toBe(401);
    await on.refused(unit, 'submission-credentials');
    expect(await on.list(endpoint)).toEqual([]);
  });

  test('as GitHub makes it, where the endpoint asks for no time', async () => {
    const { unit, endpoint } = await on.make({ auth: 'hmac', needsTimestamp: false });
    // Two deliveries of the same body cannot be told from one that is sent again.
    for (let n = 0; n < 2; n++) expect(await statusOf(on.post(endpoint.id, body, signed(endpoint, body)))).toBe(202);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5, 21.5]);
    const [row] = await croft.db.selectFrom('endpoints').selectAll().where('uuid', '=', endpoint.id).execute();
    expect(row?.sealedSecret?.toString('latin1')).not.toContain(endpoint.secret);
  });

  test('that was stored keeps being known after a restart', async () => {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    const now = seconds();
    const headers = signed(endpoint, body, now);
    const first = await idOf(await on.post(endpoint.id, body, headers));
    await croft.restart();
    expect(await idOf(await on.post(endpoint.id, body, headers))).toBe(first);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5]);
  });

  test('of one whose values were never stored is taken anew once that is sure, and told to wait before', async () => {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    const now = seconds();
    const headers = signed(endpoint, body, now);
    const first = await idOf(await on.post(endpoint.id, body, headers));
    // As a stop between the two commits leaves it.
    await croft.db
      .updateTable('submissions')
      .set({ isPending: true })
      .where('uuid', '=', first ?? null)
      .execute();
    const early = await on.post(endpoint.id, body, headers);
    expect([early.status, early.headers.get('retry-after')]).toEqual([503, '10']);
    const at = new Date(Date.now() - 180_000);
    await croft.db
      .updateTable('submissions')
      .set({ at })
      .where('uuid', '=', first ?? null)
      .execute();
    const late = await on.post(endpoint.id, body, headers);
    expect(late.status).toBe(202);
    expect(await idOf(late)).not.toBe(first);
    expect((await on.list(endpoint)).map(({ outcome }) => outcome)).toEqual(['stored', 'unfinished']);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5, 21.5]);
  });
});

describe('nobody is let in', () => {
  const answerOf = async (answer: Response) => ({
    status: answer.status,
    ...((await answer.json()) as object),
    request: 0,
  });

  test('where there is no endpoint, or one that is off, or whose owner is locked: all answer the same', async () => {
    const gone = await answerOf(await on.post(uuidv7(), body));
    expect(gone.status).toBe(404);
    const { endpoint } = await on.make();
    const params = { id: endpoint.id };
    await ada.call('PATCH /api/endpoints/:id', { params, body: { enabled: false } });
    expect(await answerOf(await on.send(endpoint, { door: true }))).toEqual(gone);
    await ada.call('PATCH /api/endpoints/:id', { params, body: { enabled: true } });
    expect((await on.send(endpoint, { door: true })).status).toBe(202);

    const bob = await croft.user('bob');
    const its = endpointsOf(croft, bob);
    const { endpoint: locked } = await its.make();
    const { id } = await bob.call('GET /api/me');
    await (await croft.administrator()).call('PATCH /api/users/:id', { params: { id }, body: { locked: true } });
    expect(await answerOf(await its.send(locked, { door: true }))).toEqual(gone);
  });

  test('faster than the limits: 429 with a time to wait, and a row for the owner', async () => {
    const { unit, endpoint } = await on.make();
    const answers = await Promise.all(Array.from({ length: 40 }, () => on.send(endpoint, { temperature: 1 })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    await on.refused(unit, 'submission-too-fast');
    expect(await on.list(endpoint)).toHaveLength(40 - refused.length);
  });
});

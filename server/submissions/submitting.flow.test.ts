import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { livePage } from '../testing/live-page.ts';
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

const receipt = async (answer: Response) => ({ status: answer.status, ...((await answer.json()) as { id?: string }) });
const problem = async (answer: Response) =>
  (await answer.json()) as { status: number; title: string; issues?: unknown };

describe('what fits', () => {
  test('is stored before the receipt is given, under the keys that are outputs', async () => {
    const { unit, endpoint } = await on.make();
    const answer = await receipt(await on.send(endpoint, { temperature: 21.5, door: true }));
    expect(answer.status).toBe(202);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([21.5]);
    expect(await on.valuesOf(unit, 'door')).toEqual([true]);
    const [row] = await on.list(endpoint);
    expect(row).toMatchObject({ id: answer.id, outcome: 'stored', isTest: false, contentType: 'application/json' });
    expect(row?.results.map(({ key, outcome }) => [key, outcome])).toEqual([
      ['temperature', 'stored'],
      ['door', 'stored'],
    ]);
    const shown = await ada.call('GET /api/units/:id', { params: { id: unit.id } });
    expect(Date.now() - Date.parse(shown.lastSeenAt ?? '')).toBeLessThan(10_000);
  });

  test('is stored although other keys do not fit; those say why, and unknown ones what could be made of them', async () => {
    const { unit, endpoint } = await on.make();
    const sent = { temperature: 99, note: 'dry', wind: 3, 'a/b': 1, place: { lat: 1 }, nothing: null };
    expect((await on.send(endpoint, sent)).status).toBe(202);
    expect(await on.valuesOf(unit, 'note')).toEqual(['dry']);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([]);
    const [row] = await on.list(endpoint);
    expect(row?.outcome).toBe('partial');
    expect(row?.results.map(({ key, outcome, offer }) => [key, outcome, offer?.type])).toEqual([
      ['temperature', 'refused', undefined],
      ['note', 'stored', undefined],
      ['wind', 'unknown', 'number'],
      ['a/b', 'unknown', undefined],
      ['place', 'unknown', 'object'],
      ['nothing', 'unknown', null],
    ]);
    expect(row?.results[0]?.detail).toBe('99 is above the maximum 60');
  });

  test('of a form is read by the type of each output', async () => {
    const { unit, endpoint } = await on.make({ auth: 'none' });
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await on.post(endpoint.id, 'temperature=-3.5&door=on&note=12&x=4.2', form)).status).toBe(202);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([-3.5]);
    expect(await on.valuesOf(unit, 'door')).toEqual([true]);
    expect(await on.valuesOf(unit, 'note')).toEqual(['12']);
    expect((await on.list(endpoint))[0]?.results[3]).toMatchObject({ key: 'x', offer: { type: 'number' } });
    expect((await on.post(endpoint.id, 'temperature=warm', form)).status).toBe(422);
  });

  test('goes on through links, obeys the write policy, and is heard by open pages', async () => {
    const { unit, endpoint } = await on.make();
    const body = { name: 'Lamp', schema: { input_variables: { on: { type: 'boolean' } } } };
    const lamp = await ada.call('POST /api/units', { body });
    const input = lamp.variables[0]?.id ?? '';
    const door = on.variableOf(unit, 'door');
    await ada.call('POST /api/links', { body: { output: door, input } });
    await ada.call('PATCH /api/variables/:id', { params: { id: door }, body: { writePolicy: 'on change' } });
    const page = await livePage(ada, { units: unit.id });
    for (const wanted of ['stored', 'unchanged']) {
      expect((await on.send(endpoint, { door: true })).status).toBe(202);
      expect((await on.list(endpoint))[0]?.results[0]?.outcome).toBe(wanted);
    }
    expect(await on.valuesOf(unit, 'door')).toEqual([true]);
    expect((await ada.call('GET /api/variables/:id', { params: { id: input } })).value).toBe(true);
    const [row] = await on.list(endpoint);
    await eventually(() =>
      expect(page.of('submission')).toContainEqual({ unit: unit.id, endpoint: endpoint.id, id: row?.id }),
    );
    await page.close();
  });
});

describe('what does not fit', () => {
  test.each([
    ['no JSON', '{"temperature":', 'application/json', 422, /The body is no JSON/],
    ['no object', '[1,2]', 'application/json', 422, /no JSON object/],
    ['nothing known', '{"wind":1}', 'application/json', 422, /No key of it fits/],
    ['text', 'warm', 'text/plain', 202, /No decoder: text/],
    ['bytes', Buffer.from([0, 255, 1]), 'application/octet-stream', 202, /No decoder: binary/],
  ] as const)('%s is kept as it came, and says so', async (_, body, type, status, detail) => {
    const { unit, endpoint } = await on.make({ auth: 'none' });
    expect((await on.post(endpoint.id, body, { 'Content-Type': type })).status).toBe(status);
    const [row] = await on.list(endpoint);
    expect(row).toMatchObject({ outcome: status === 202 ? 'kept' : 'refused', detail: expect.stringMatching(detail) });
    const params = { id: row?.id ?? '' };
    const whole = await ada.call('GET /api/submissions/:id', { params });
    expect(Buffer.from(whole.body ?? '', 'base64')).toEqual(Buffer.from(body));
    const file = await ada.send('GET /api/submissions/:id/body', { params });
    expect(Buffer.from(await file.arrayBuffer())).toEqual(Buffer.from(body));
    expect(file.headers.get('content-disposition')).toMatch(/^attachment/);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([]);
  });

  test('is answered with what is wrong with each key', async () => {
    const { endpoint } = await on.make();
    const answer = await problem(await on.send(endpoint, { temperature: 'warm', wind: 1 }));
    expect(answer).toMatchObject({
      status: 422,
      issues: [
        { path: '/temperature', message: '"warm" is not a number' },
        { path: '/wind', message: 'The unit has no such output.' },
      ],
    });
  });

  test('is too large: without its bytes it is seen all the same', async () => {
    const { endpoint } = await on.make();
    expect((await on.send(endpoint, { note: 'x'.repeat(70_000) })).status).toBe(413);
    expect((await on.list(endpoint))[0]).toMatchObject({
      outcome: 'refused',
      detail: 'The body may have 65536 bytes.',
      size: 70_011,
    });
    expect((await on.send(endpoint, { note: 'x' }, { 'Content-Encoding': 'gzip' })).status).toBe(415);
    const [row] = await on.list(endpoint);
    expect(row).toMatchObject({ outcome: 'refused', detail: 'Send the body unencoded.' });
    const file = await ada.send('GET /api/submissions/:id/body', { params: { id: row?.id } });
    expect(file.status).toBe(404);
  });
});

describe('a test', () => {
  test('says what would be stored, and stores nothing: no value, no history, no link, no sign of life', async () => {
    const { unit, endpoint } = await on.make();
    const page = await livePage(ada, { units: unit.id });
    expect((await on.send(endpoint, { temperature: 5, wind: 1 }, { 'X-Croft-Test': '1' })).status).toBe(202);
    const [row] = await on.list(endpoint);
    expect(row).toMatchObject({ isTest: true, outcome: 'partial' });
    expect(row?.results.map(({ outcome }) => outcome)).toEqual(['stored', 'unknown']);
    const shown = await ada.call('GET /api/units/:id', { params: { id: unit.id } });
    expect(shown.lastSeenAt).toBeNull();
    expect(shown.variables.map(({ value }) => value)).toEqual([null, null, null]);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([]);
    await eventually(() => expect(page.of('submission')).toHaveLength(1));
    expect(page.of('value')).toEqual([]);
    await page.close();
  });

  test('can be sent by the owner without the secret', async () => {
    const { unit, endpoint } = await on.make({ auth: 'hmac' });
    const body = { body: '{"temperature":5}' };
    const made = await ada.call('POST /api/endpoints/:id/tests', { params: { id: endpoint.id }, body });
    expect(made).toMatchObject({ isTest: true, outcome: 'stored' });
    expect((await on.list(endpoint)).map(({ id }) => id)).toEqual([made.id]);
    expect(await on.valuesOf(unit, 'temperature')).toEqual([]);
  });
});

test('headers are kept without secrets, and no list holds one', async () => {
  const { endpoint } = await on.make();
  await on.send(endpoint, { door: false }, { Cookie: 'a=b', 'X-Sensor': 'north' });
  const [row] = await on.list(endpoint);
  const whole = await ada.call('GET /api/submissions/:id', { params: { id: row?.id ?? '' } });
  const headers = new Map(whole.headers.map(([name, value]) => [name.toLowerCase(), value]));
  expect(headers.get('x-sensor')).toBe('north');
  expect([headers.get('authorization'), headers.get('cookie')]).toEqual(['(not kept)', '(not kept)']);
  expect(JSON.stringify([whole, await on.list(endpoint)])).not.toContain(endpoint.secret);
});

test('the newest hundred are kept, and half a megabyte of them', async () => {
  const { endpoint } = await on.make({ auth: 'none' });
  const large = JSON.stringify({ note: 'x'.repeat(60_000) });
  for (let n = 0; n < 10; n++) await on.post(endpoint.id, large);
  expect(await on.list(endpoint)).toHaveLength(8);
  await Promise.all(Array.from({ length: 110 }, (_, n) => on.send(endpoint, { temperature: n / 10 })));
  await on.send(endpoint, { temperature: 1 });
  expect(await on.list(endpoint)).toHaveLength(100);
});

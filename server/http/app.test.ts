import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { conflict } from '../errors.ts';
import { type ServedApp, servedApp } from '../testing/served-app.ts';
import { contract } from './contract.ts';
import { routes } from './router.ts';

const pen = z.object({ name: z.string(), colour: z.object({ red: z.int().max(255) }) });
const pens = contract({
  'GET /api/pens/:id': {
    summary: 'A pen',
    access: 'anyone',
    params: z.object({ id: z.uuid() }),
    query: z.object({ size: z.coerce.number().max(5).default(1) }),
    reply: z.object({ id: z.uuid(), size: z.number() }),
  },
  'POST /api/pens': { summary: 'Make', access: 'anyone', body: pen, reply: pen, status: 201 },
  'PUT /api/pens': { summary: 'Break', access: 'anyone', reply: z.void(), status: 204 },
  'DELETE /api/pens': { summary: 'Throw away', access: 'write', reply: z.void(), status: 204 },
  'PATCH /api/pens': { summary: 'In use', access: 'anyone', reply: z.void() },
});

let door: ServedApp;
beforeAll(async () => {
  const table = routes(pens, {
    'GET /api/pens/:id': ({ params, query }) => ({ ...params, ...query, secret: 'not in the reply' }),
    'POST /api/pens': ({ body }) => body,
    'PUT /api/pens': () => {
      throw new Error('the password is 1234');
    },
    'DELETE /api/pens': () => undefined,
    'PATCH /api/pens': () => {
      throw conflict('Somebody has it.');
    },
  });
  door = await servedApp([table]);
});
afterAll(() => door.close());

const id = '0197a0c0-0000-7000-8000-000000000001';
const json = { 'Content-Type': 'application/json' };
const good = { name: 'Blue', colour: { red: 0 } };
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = json) =>
  door.fetch('/api/pens', { method: 'POST', body, headers });

async function problem(answer: Response | Promise<Response>) {
  const response = await answer;
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body = (await response.json()) as Record<string, unknown>;
  expect(body.status).toBe(response.status);
  expect(body.type).toBe('about:blank');
  expect(body.request).toBe(response.headers.get('x-request-id'));
  return body;
}

describe('a problem', () => {
  test('of a foreseen kind says what, with a stable code', async () => {
    expect(await problem(door.fetch('/api/pens', { method: 'PATCH' }))).toMatchObject({
      status: 409,
      code: 'conflict',
      title: 'Somebody has it.',
    });
  });

  test('that nobody foresaw tells nothing, and is in the log under its request id', async () => {
    const body = await problem(door.fetch('/api/pens', { method: 'PUT' }));
    expect(body).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(body)).not.toContain('1234');
    const line = door.lines.find((one) => one.includes(String(body.request)) && one.includes('"level":50'));
    expect(line).toContain('the password is 1234');
  });

  test('of an unknown path is 404, of a wrong method 405 with those that are possible', async () => {
    expect(await problem(door.fetch('/api/nothing'))).toMatchObject({ status: 404, code: 'not-found' });
    const wrong = await door.fetch(`/api/pens/${id}`, { method: 'DELETE' });
    expect(wrong.headers.get('allow')?.split(', ')).toContain('GET');
    expect(await problem(wrong)).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(await problem(door.fetch('/api/pens', { method: 'PROPFIND' }))).toMatchObject({ status: 405 });
  });

  test('of access is 401 with a challenge, or 403 that names the scope', async () => {
    const anonymous = await door.fetch('/api/pens', { method: 'DELETE' });
    expect(anonymous.headers.get('www-authenticate')).toBe('Bearer');
    expect(await problem(anonymous)).toMatchObject({ status: 401, code: 'unauthorized' });
    const token = await problem(door.fetch('/api/pens', { method: 'DELETE', headers: { 'x-caller': 'token 7' } }));
    expect(token).toMatchObject({ status: 403, code: 'forbidden' });
    expect(token.title).toContain('"write"');
  });

  test('of input names each wrong part by JSON Pointer', async () => {
    const body = await problem(post(JSON.stringify({ colour: { red: 300 } })));
    expect(body).toMatchObject({ status: 422, code: 'invalid' });
    const issues = body.issues as { path: string }[];
    expect(issues.map(({ path }) => path).toSorted()).toEqual(['/colour/red', '/name']);
    expect(await problem(door.fetch('/api/pens/7'))).toMatchObject({ status: 422, issues: [{ path: '/id' }] });
    expect(await problem(door.fetch(`/api/pens/${id}?size=9`))).toMatchObject({ issues: [{ path: '/size' }] });
  });
});

describe('a body', () => {
  test('that is right comes through', async () => {
    const answer = await post(JSON.stringify(good));
    expect([answer.status, await answer.json()]).toEqual([201, good]);
  });

  test.each([
    ['no JSON', '{"name":'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('that is %s answers 400', async (_, body) => {
    expect(await problem(post(body))).toMatchObject({ status: 400, code: 'bad-request' });
  });

  test('that is missing or no object answers 400', async () => {
    expect(await problem(door.fetch('/api/pens', { method: 'POST' }))).toMatchObject({ status: 400 });
    expect(await problem(post('[]'))).toMatchObject({ status: 400 });
  });

  test('of another type, or compressed, answers 415', async () => {
    const code = 'unsupported-media-type';
    expect(await problem(post('name=Blue', { 'Content-Type': 'application/x-www-form-urlencoded' }))).toMatchObject({
      code,
    });
    expect(await problem(post(JSON.stringify(good), { ...json, 'Content-Encoding': 'gzip' }))).toMatchObject({ code });
  });

  test('past 1 MiB answers 413, whether its length was told or not', async () => {
    const body = JSON.stringify({ ...good, name: 'x'.repeat(2 ** 20) });
    expect(await problem(post(body))).toMatchObject({ status: 413, code: 'too-large' });
    const stream = new Blob([body]).stream();
    const untold = { method: 'POST', headers: json, body: stream, duplex: 'half' } as RequestInit;
    expect(await problem(door.fetch('/api/pens', untold))).toMatchObject({ status: 413, code: 'too-large' });
    expect((await post(JSON.stringify({ ...good, name: 'x'.repeat(2 ** 20 - 100) }))).status).toBe(201);
  });
});

describe('an answer', () => {
  test('holds what its schema says and no more', async () => {
    const answer = await door.fetch(`/api/pens/${id}?size=2`);
    expect(await answer.json()).toEqual({ id, size: 2 });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('carries a request id: the proxy’s when that is one, else a new one', async () => {
    const idFor = async (sent: string) =>
      (await door.fetch(`/api/pens/${id}`, { headers: { 'X-Request-Id': sent } })).headers.get('x-request-id');
    expect(await idFor('from-the-proxy-1')).toBe('from-the-proxy-1');
    expect(await idFor('short')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor('with spaces in it')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('is in the access log and the metrics, by route and not by address', async () => {
    await door.fetch(`/api/pens/${id}?size=3`, { headers: { 'X-Request-Id': 'look-for-this' } });
    const line = door.lines.find((one) => one.includes('look-for-this'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ method: 'GET', path: `/api/pens/${id}`, status: 200 });
    const text = await door.metrics.text();
    expect(text).toMatch(/croft_http_request_seconds_count\{route="GET \/api\/pens\/:id",status="200"\} \d/);
    expect(text).not.toContain(id);
  });
});

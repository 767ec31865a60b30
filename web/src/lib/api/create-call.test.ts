import { expect, expectTypeOf, test } from 'vitest';
import { ApiError } from './api-error.ts';
import { createCall } from './create-call.ts';

const id = '0198c0de-0000-7000-8000-00000000000a';
const signedOut: string[] = [];

function answering(response: () => Response | Promise<Response>) {
  const requests: { address: string; init: RequestInit | undefined }[] = [];
  const { call, callRaw } = createCall({
    fetch: async (address, init) => {
      requests.push({ address: String(address), init });
      return response();
    },
    onSignedOut: () => signedOut.push('left'),
  });
  return { call, callRaw, requests };
}

const problem = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json', ...headers } });

test('params, query and body go where the route says, and the reply is typed', async () => {
  const { call, callRaw, requests } = answering(() => Response.json({ at: '2026-01-01T00:00:00Z' }));
  const reply = await call('PUT /api/variables/:id/value', { params: { id }, body: { value: 21.5 } });
  expectTypeOf(reply).toEqualTypeOf<{ at: string }>();
  await callRaw('GET /api/variables/:id/history', { params: { id: 'a/b' }, query: { every: '15m', from: undefined } });
  await call('GET /api/explore');
  expect(requests.map(({ address, init }) => [init?.method, address, init?.body])).toEqual([
    ['PUT', `/api/variables/${id}/value`, '{"value":21.5}'],
    ['GET', '/api/variables/a%2Fb/history?every=15m', undefined],
    ['GET', '/api/explore', undefined],
  ]);
});

test('what a contract does not have does not compile', () => {
  const { call } = answering(() => new Response(null, { status: 204 }));
  // @ts-expect-error there is no such route
  void call('GET /api/nonsense');
  // @ts-expect-error params are missing
  void call('DELETE /api/units/:id');
  // @ts-expect-error the password is missing
  void call('POST /api/sessions', { body: { username: 'ada' } });
});

test('204 gives undefined', async () => {
  const { call } = answering(() => new Response(null, { status: 204 }));
  expect(await call('DELETE /api/sessions/current')).toBeUndefined();
});

test('a problem becomes an ApiError with its issues and its pause', async () => {
  const issues = [{ path: '/body/password', message: 'Use at least 10 characters.' }];
  const { call } = answering(() => problem(422, { title: 'No.', code: 'invalid', issues }, { 'retry-after': '7' }));
  const error = await call('GET /api/units').catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status: 422, code: 'invalid', message: 'No.', retryAfter: 7 });
  expect((error as ApiError).issueAt('password')).toBe('Use at least 10 characters.');
  expect((error as ApiError).issueAt('username')).toBeUndefined();
});

test("a proxy's page and no answer at all are ApiErrors too", async () => {
  const page = answering(() => new Response('<h1>Bad gateway</h1>', { status: 502 }));
  await expect(page.call('GET /api/units')).rejects.toMatchObject({
    status: 502,
    code: 'unknown',
    message: 'HTTP 502',
  });
  const nobody = answering(() => Promise.reject(new TypeError('fetch failed')));
  await expect(nobody.call('GET /api/units')).rejects.toMatchObject({ status: 0, code: 'unreachable' });
});

test('401 leaves for the sign-in page, except where it is the answer', async () => {
  const { call } = answering(() => problem(401, { title: 'Sign in.', code: 'unauthorized' }));
  await expect(call('GET /api/me')).rejects.toMatchObject({ status: 401 });
  await expect(call('POST /api/sessions', { body: { username: 'ada', password: 'x' } })).rejects.toThrow('Sign in.');
  expect(signedOut).toEqual([]);
  const settled = call('GET /api/units').then(
    () => 'settled',
    () => 'settled',
  );
  await expect.poll(() => signedOut).toEqual(['left']);
  expect(await Promise.race([settled, new Promise((resolve) => setImmediate(resolve, 'waiting'))])).toBe('waiting');
});

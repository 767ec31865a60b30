import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import type { Browser } from './people-browser.ts';
import { type PeopleServer, startPeopleServer } from './people-server.ts';

const database = await freshDatabase();
let server: PeopleServer;
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate users cascade`.execute(database.db);
  server = await startPeopleServer(database.db);
});
afterEach(() => server[Symbol.asyncDispose]());

type Token = { id: string; secret: string; scopes: string[]; expiresAt: string | null; lastUsedAt: string | null };
const day = 24 * 3600_000;

const make = (by: Browser, scopes: string[], days: number | null = null) =>
  by.call<Token>('POST /api/tokens', { name: 'My program', scopes, days });
/** A program: no cookie, no Origin. */
const call = async (secret: string, key: string, body?: unknown) =>
  (await server.browser().call(key, body, { authorization: `Bearer ${secret}`, origin: '' })).status;

test('a token is shown once and stored as a hash', async () => {
  const admin = await server.administrator();
  const made = await make(admin, ['read', 'read'], 30);
  expect(made).toMatchObject({ status: 201, body: { name: 'My program', scopes: ['read'], lastUsedAt: null } });
  expect(made.body.secret).toMatch(/^croft_[\w-]{43}$/);
  const { body } = await admin.call<Token[]>('GET /api/tokens');
  const { secret, ...shown } = made.body;
  expect(body).toEqual([shown]);
  const { rows } = await sql`select * from api_tokens`.execute(database.db);
  expect(JSON.stringify(rows)).not.toContain(secret);
  expect(server.lines.join()).not.toContain(secret);
});

test('a token does what its scopes say', async () => {
  const admin = await server.administrator();
  const can = async (scopes: string[]) => {
    const { secret } = (await make(admin, scopes)).body;
    const statuses = [
      await call(secret, 'GET /api/other'),
      await call(secret, 'POST /api/other'),
      await call(secret, 'GET /api/users'),
    ];
    return statuses.map((status) => status === 200);
  };
  expect(await can(['read'])).toEqual([true, false, false]);
  expect(await can(['write'])).toEqual([false, true, false]);
  expect(await can(['administer'])).toEqual([false, false, true]);
  expect(await can(['read', 'write', 'administer'])).toEqual([true, true, true]);
});

test('no token does what is for the person', async () => {
  const admin = await server.administrator();
  const { secret, id } = (await make(admin, ['read', 'write', 'administer'])).body;
  for (const key of ['GET /api/tokens', 'GET /api/sessions', 'DELETE /api/sessions', `DELETE /api/tokens/${id}`]) {
    expect([key, await call(secret, key)]).toEqual([key, 403]);
  }
  expect(await call(secret, 'POST /api/tokens', { name: 'x', scopes: ['read'], days: null })).toBe(403);
  expect(await call(secret, 'POST /api/me/deletion', { password: 'x' })).toBe(403);
  expect(await call(secret, 'PUT /api/me/password', { current: 'x', password: 'y'.repeat(10) })).toBe(403);
});

test('a token ends when it expires or is revoked', async () => {
  const admin = await server.administrator();
  const short = (await make(admin, ['read'], 1)).body;
  const long = (await make(admin, ['read'])).body;
  server.turnClock(day - 1);
  expect(await call(short.secret, 'GET /api/me')).toBe(200);
  server.turnClock(1);
  expect(await call(short.secret, 'GET /api/me')).toBe(401);
  expect(await call(long.secret, 'GET /api/me')).toBe(200);
  const member = await server.member(admin, 'grace');
  expect((await member.call(`DELETE /api/tokens/${long.id}`)).status).toBe(404);
  expect((await admin.call(`DELETE /api/tokens/${long.id}`)).status).toBe(204);
  expect(await call(long.secret, 'GET /api/me')).toBe(401);
});

test('last use is written down at most once a minute', async () => {
  const admin = await server.administrator();
  const { secret } = (await make(admin, ['read'])).body;
  const lastUsed = async () => (await admin.call<Token[]>('GET /api/tokens')).body[0]?.lastUsedAt ?? '';
  await call(secret, 'GET /api/me');
  const first = await lastUsed();
  server.turnClock(59_999);
  await call(secret, 'GET /api/me');
  expect(await lastUsed()).toBe(first);
  server.turnClock(1);
  await call(secret, 'GET /api/me');
  expect(Date.parse(await lastUsed())).toBe(Date.parse(first) + 60_000);
});

test('a token that is none is refused even beside a good cookie; other bearers are not ours', async () => {
  const admin = await server.administrator();
  const bearer = async (value: string) => (await admin.call('GET /api/me', undefined, { authorization: value })).status;
  expect(await bearer('Bearer croft_nonsense')).toBe(401);
  expect(await bearer('bearer croft_nonsense')).toBe(401);
  expect(await bearer('Bearer the-metrics-token')).toBe(200);
  expect(await bearer('Basic croft_nonsense')).toBe(200);
});

test('only an administrator gives the scope "administer", and it goes with the role', async () => {
  const admin = await server.administrator();
  const member = await server.member(admin, 'grace');
  expect((await make(member, ['administer'])).status).toBe(403);
  const { body: me } = await member.call<{ id: string }>('GET /api/me');
  await admin.call(`PATCH /api/users/${me.id}`, { role: 'administrator' });
  const { secret } = (await make(member, ['administer'])).body;
  expect(await call(secret, 'GET /api/users')).toBe(200);
  await admin.call(`PATCH /api/users/${me.id}`, { role: 'user' });
  expect(await call(secret, 'GET /api/users')).toBe(403);
});

test('a user has at most 100', async () => {
  const admin = await server.administrator();
  for (let n = 0; n < 100; n++) expect((await make(admin, ['read'])).status).toBe(201);
  expect((await make(admin, ['read'])).status).toBe(409);
});

import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import type { Browser } from './people-browser.ts';
import { goodPassword, type PeopleServer, startPeopleServer } from './people-server.ts';

const database = await freshDatabase();
let server: PeopleServer;
let admin: Browser;
let member: Browser;
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate users cascade`.execute(database.db);
  server = await startPeopleServer(database.db);
  admin = await server.administrator();
  member = await server.member(admin, 'grace');
});
afterEach(() => server[Symbol.asyncDispose]());

type Listed = { id: string; username: string; role: string; locked: boolean; lastSeenAt: string | null; units: number };
const idOf = async (browser: Browser) => (await browser.call<{ id: string }>('GET /api/me')).body.id;

test('the list is for administrators and shows everybody', async () => {
  const { body } = await admin.call<Listed[]>('GET /api/users');
  expect(body).toMatchObject([
    { username: 'ada', role: 'administrator', locked: false, units: 0, lastSeenAt: expect.any(String) },
    { username: 'grace', role: 'user', locked: false, units: 0, lastSeenAt: expect.any(String) },
  ]);
  expect(JSON.stringify(body)).not.toMatch(/argon2|hash/i);
  expect((await member.call('GET /api/users')).status).toBe(403);
  expect((await server.browser().call('GET /api/users')).status).toBe(401);
});

test('the list counts units and knows when a program came last', async () => {
  const { body: made } = await member.call<{ secret: string }>('POST /api/tokens', {
    name: 'x',
    scopes: ['read'],
    days: null,
  });
  await sql`insert into units (uuid, owner_id, name, schema, example, security, visibility)
    select gen_random_uuid(), id, 'Lamp', '{}', '{}', 'sealed', 'private' from users where username = 'grace'`.execute(
    database.db,
  );
  await member.call('DELETE /api/sessions');
  const find = async () => (await admin.call<Listed[]>('GET /api/users')).body[1];
  expect(await find()).toMatchObject({ units: 1, lastSeenAt: null });
  await server.browser().call('GET /api/me', undefined, { authorization: `Bearer ${made.secret}` });
  expect(await find()).toMatchObject({ units: 1, lastSeenAt: expect.any(String) });
});

describe('locking', () => {
  test('ends sessions for good, rests tokens, tells all processes; unlocking gives tokens back', async () => {
    const id = await idOf(member);
    const { body: made } = await member.call<{ secret: string }>('POST /api/tokens', {
      name: 'x',
      scopes: ['read'],
      days: null,
    });
    const byToken = async () =>
      (await server.browser().call('GET /api/me', undefined, { authorization: `Bearer ${made.secret}` })).status;
    const signIn = async (password: string) =>
      (await server.browser().call('POST /api/sessions', { username: 'grace', password })).status;
    const heard: unknown[] = [];
    const listener = await database.connect();
    listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? '')));
    await listener.query('listen croft_changes');

    const locked = await admin.call(`PATCH /api/users/${id}`, { locked: true });
    expect(locked).toMatchObject({ status: 200, body: { username: 'grace', locked: true } });
    await eventually(() => expect(heard).toEqual([{ user: id }]));
    expect((await member.call('GET /api/me')).status).toBe(401);
    expect(await byToken()).toBe(401);
    // Who does not know the password does not learn that the account is locked.
    expect(await signIn('not the password')).toBe(401);
    expect(await signIn(goodPassword)).toBe(403);

    await admin.call(`PATCH /api/users/${id}`, { locked: true, role: 'user' });
    await admin.call(`PATCH /api/users/${id}`, { locked: false });
    await eventually(() => expect(heard).toEqual([{ user: id }, { user: id }]));
    await listener.end();
    expect((await member.call('GET /api/me')).status).toBe(401);
    expect(await byToken()).toBe(200);
    expect(await signIn(goodPassword)).toBe(201);
  });
});

test('a lock by whatever hand holds at once', async () => {
  await sql`update users set locked_at = now() where username = 'grace'`.execute(database.db);
  expect((await member.call('GET /api/me')).status).toBe(401);
  expect((await admin.call('GET /api/me')).status).toBe(200);
});

describe('roles', () => {
  test('change with the next request', async () => {
    const id = await idOf(member);
    await admin.call(`PATCH /api/users/${id}`, { role: 'administrator' });
    expect((await member.call('GET /api/users')).status).toBe(200);
    await admin.call(`PATCH /api/users/${id}`, { role: 'user' });
    expect((await member.call('GET /api/users')).status).toBe(403);
  });

  test('the last administrator keeps it, unlocked', async () => {
    const id = await idOf(admin);
    for (const change of [{ role: 'user' }, { locked: true }]) {
      expect((await admin.call(`PATCH /api/users/${id}`, change)).status).toBe(409);
    }
    expect((await admin.call(`PATCH /api/users/${id}`, { role: 'administrator', locked: false })).status).toBe(200);
  });

  test('two administrators who demote each other at once leave one', async () => {
    const [first, second] = [await idOf(admin), await idOf(member)];
    await admin.call(`PATCH /api/users/${second}`, { role: 'administrator' });
    const both = await Promise.all([
      admin.call(`PATCH /api/users/${second}`, { role: 'user' }),
      member.call(`PATCH /api/users/${first}`, { locked: true }),
    ]);
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1);
    const { rows } = await sql`select 1 from users where role = 'administrator' and locked_at is null`.execute(
      database.db,
    );
    expect(rows).toHaveLength(1);
  });

  test('an unknown user is not found, and a user changes nobody', async () => {
    expect((await admin.call(`PATCH /api/users/${crypto.randomUUID()}`, { locked: true })).status).toBe(404);
    expect((await member.call(`PATCH /api/users/${await idOf(admin)}`, { locked: true })).status).toBe(403);
  });
});

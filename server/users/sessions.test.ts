import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { goodPassword, type PeopleServer, startPeopleServer } from './people-server.ts';

const database = await freshDatabase();
let server: PeopleServer;
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate users cascade`.execute(database.db);
  server = await startPeopleServer(database.db);
});
afterEach(() => server[Symbol.asyncDispose]());

type Session = { id: string; current: boolean; device: string; address: string; createdAt: string; lastUsedAt: string };
const day = 24 * 3600_000;

async function signIn(address?: string, device = 'Test browser') {
  const browser = server.browser(address);
  const headers = { 'user-agent': device };
  const { status } = await browser.call('POST /api/sessions', { username: 'ada', password: goodPassword }, headers);
  expect(status).toBe(201);
  return browser;
}

test('a session lives 30 days from its last use', async () => {
  const browser = await server.administrator();
  server.turnClock(29 * day);
  const used = await browser.call('GET /api/me');
  expect(used.headers.get('set-cookie')).toMatch(/Max-Age=34560000/);
  server.turnClock(29 * day);
  expect((await browser.call('GET /api/me')).status).toBe(200);
  server.turnClock(30 * day + 1);
  expect((await browser.call('GET /api/me')).status).toBe(401);
});

test('use is written down at most once a minute', async () => {
  const browser = await server.administrator();
  const lastUsed = async () => (await database.db.selectFrom('sessions').select('lastUsedAt').execute())[0]?.lastUsedAt;
  const first = await lastUsed();
  server.turnClock(59_000);
  expect((await browser.call('GET /api/me')).headers.get('set-cookie')).toBeNull();
  expect(await lastUsed()).toEqual(first);
  server.turnClock(1_000);
  const together = await Promise.all(Array.from({ length: 5 }, () => browser.call('GET /api/me')));
  expect(together.filter(({ headers }) => headers.get('set-cookie'))).toHaveLength(1);
  expect((await lastUsed())?.getTime()).toBe((first?.getTime() ?? 0) + 60_000);
});

test('made-up cookies are nobody', async () => {
  await server.administrator();
  const browser = server.browser();
  for (const cookie of ['x', 'x'.repeat(43), '%00']) {
    browser.cookie = cookie;
    expect((await browser.call('GET /api/me')).status).toBe(401);
  }
});

test('the list shows devices and times of this user’s sessions alone', async () => {
  const admin = await server.administrator();
  await server.member(admin, 'grace');
  server.turnClock(5 * 60_000);
  const phone = await signIn('2001:db8::7', `Phone ${'x'.repeat(500)}`);
  const { body } = await phone.call<Session[]>('GET /api/sessions');
  expect(body).toHaveLength(2);
  expect(body[0]).toMatchObject({ current: true, address: '2001:db8::7', device: `Phone ${'x'.repeat(294)}` });
  expect(body[1]).toMatchObject({ current: false, address: '192.0.2.1', device: 'Test browser' });
  expect(Date.parse(body[0]?.createdAt ?? '') - Date.parse(body[1]?.lastUsedAt ?? '')).toBe(5 * 60_000);
  expect(JSON.stringify(body)).not.toContain(phone.cookie);
});

test('signing out ends this session and no other', async () => {
  const admin = await server.administrator();
  const other = await signIn();
  const secret = admin.cookie;
  expect((await admin.call('DELETE /api/sessions/current')).status).toBe(204);
  expect(admin.cookie).toBeUndefined();
  admin.cookie = secret;
  expect((await admin.call('GET /api/me')).status).toBe(401);
  expect((await other.call('GET /api/me')).status).toBe(200);
});

test('one of one’s own sessions can be ended, nobody else’s', async () => {
  const admin = await server.administrator();
  const lost = await signIn();
  const member = await server.member(admin, 'grace');
  const { body } = await admin.call<Session[]>('GET /api/sessions');
  const ofLost = body.find(({ current }) => !current)?.id;
  expect((await member.call(`DELETE /api/sessions/${ofLost}`)).status).toBe(404);
  expect((await lost.call('GET /api/me')).status).toBe(200);
  expect((await admin.call(`DELETE /api/sessions/${ofLost}`)).status).toBe(204);
  expect((await lost.call('GET /api/me')).status).toBe(401);
  expect(admin.cookie).toBeDefined();
  const own = body.find(({ current }) => current)?.id;
  expect((await admin.call(`DELETE /api/sessions/${own}`)).status).toBe(204);
  expect(admin.cookie).toBeUndefined();
});

test('signing out everywhere ends all of one’s own', async () => {
  const admin = await server.administrator();
  const other = await signIn();
  const member = await server.member(admin, 'grace');
  expect((await other.call('DELETE /api/sessions')).status).toBe(204);
  expect(other.cookie).toBeUndefined();
  expect((await admin.call('GET /api/me')).status).toBe(401);
  expect((await member.call('GET /api/me')).status).toBe(200);
});

test('every end is told to all processes, so that live pages close', async () => {
  const admin = await server.administrator();
  const other = await signIn();
  const third = await signIn();
  const { id } = (await admin.call<{ id: string }>('GET /api/me')).body;
  const heard: unknown[] = [];
  const listener = await database.connect();
  listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? '')));
  await listener.query('listen croft_changes');
  const { body } = await admin.call<Session[]>('GET /api/sessions');
  const ends = [
    () => other.call('DELETE /api/sessions/current'),
    () => admin.call(`DELETE /api/sessions/${body.find(({ current }) => current)?.id}`),
    () => third.call('PUT /api/me/password', { current: goodPassword, password: 'an even better one' }),
    () => third.call('DELETE /api/sessions'),
  ];
  for (const [n, end] of ends.entries()) {
    expect((await end()).status).toBe(204);
    await eventually(() => expect(heard).toEqual(Array(n + 1).fill({ user: id })));
  }
  await listener.end();
});

test('the fifty last used are kept', async () => {
  const first = await server.administrator();
  const second = await signIn();
  server.turnClock(60_000);
  await first.call('GET /api/me');
  for (let n = 0; n < 49; n++) await signIn();
  expect((await first.call<Session[]>('GET /api/sessions')).body).toHaveLength(50);
  expect((await second.call('GET /api/me')).status).toBe(401);
});

import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { goodPassword, type PeopleServer, startPeopleServer } from './people-server.ts';

const database = await freshDatabase();
let server: PeopleServer;
let forgetUnits = async (_userId: number): Promise<void> => {};
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate users cascade`.execute(database.db);
  server = await startPeopleServer(database.db, { forgetUnits: (_tx, userId) => forgetUnits(userId) });
});
afterEach(async () => {
  forgetUnits = async () => {};
  await server[Symbol.asyncDispose]();
});

const changed = { current: goodPassword, password: 'an even better one' };
const waitingForLock = async () => {
  const { rows } = await sql`select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db);
  return rows.length;
};
const signIn = (password: string) => server.browser().call('POST /api/sessions', { username: 'ada', password });

describe('changing the password', () => {
  test('ends the other sessions and gives this one a new secret', async () => {
    const admin = await server.administrator();
    const other = server.browser();
    await other.call('POST /api/sessions', { username: 'ada', password: goodPassword });
    const before = admin.cookie;
    expect((await admin.call('PUT /api/me/password', changed)).status).toBe(204);
    expect((await other.call('GET /api/me')).status).toBe(401);
    expect((await admin.call('GET /api/me')).status).toBe(200);
    expect(admin.cookie).not.toBe(before);
    admin.cookie = before;
    expect((await admin.call('GET /api/me')).status).toBe(401);
    expect((await signIn(goodPassword)).status).toBe(401);
    expect((await signIn(changed.password)).status).toBe(201);
  });

  test('needs the current one, which cannot be guessed at length', async () => {
    const admin = await server.administrator();
    const wrong = { ...changed, current: 'not the password' };
    for (let n = 0; n < 10; n++) {
      const answer = await admin.call('PUT /api/me/password', wrong);
      expect(answer).toMatchObject({ status: 403, body: { code: 'wrong-password' } });
    }
    expect((await admin.call('PUT /api/me/password', changed)).status).toBe(429);
    expect((await signIn(goodPassword)).status).toBe(201);
  });

  test('of many at once one wins and its session alone is left', async () => {
    const first = await server.administrator();
    const browsers = [first, server.browser(), server.browser()];
    for (const browser of browsers.slice(1)) {
      await browser.call('POST /api/sessions', { username: 'ada', password: goodPassword });
    }
    const answers = await Promise.all(
      browsers.map((browser, n) => browser.call('PUT /api/me/password', { ...changed, password: `new password ${n}` })),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const winner = answers.findIndex(({ status }) => status === 204);
    expect((await browsers[winner]?.call('GET /api/me'))?.status).toBe(200);
    expect(await database.db.selectFrom('sessions').select('id').execute()).toHaveLength(1);
  });

  test.each([
    ['the password changes', sql`update users set password_hash = 'another'`],
    ['the account is locked', sql`update users set locked_at = now()`],
  ])('no sign-in gets through that was checked before %s', async (_, change) => {
    await server.administrator();
    const signingIn = await database.db.transaction().execute(async (tx) => {
      await change.execute(tx);
      const begun = signIn(goodPassword);
      await eventually(async () => expect(await waitingForLock()).toBe(1));
      return { begun };
    });
    expect((await signingIn.begun).status).toBe(401);
    expect(await database.db.selectFrom('sessions').select('id').execute()).toHaveLength(1);
  });
});

describe('deleting the account', () => {
  const remove = { password: goodPassword };

  test('removes everything of it, says so to all processes, and frees the name', async () => {
    const admin = await server.administrator();
    const member = await server.member(admin, 'grace');
    await member.call('POST /api/tokens', { name: 'x', scopes: ['read'], days: null });
    const { body: me } = await member.call<{ id: string }>('GET /api/me');
    const heard: unknown[] = [];
    const listener = await database.connect();
    listener.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? '')));
    await listener.query('listen croft_changes');
    const forgotten: number[] = [];
    forgetUnits = async (userId) => void forgotten.push(userId);

    expect((await member.call('POST /api/me/deletion', { password: 'not the password' })).status).toBe(403);
    expect(forgotten).toEqual([]);
    expect((await member.call('POST /api/me/deletion', remove)).status).toBe(204);
    expect(member.cookie).toBeUndefined();
    expect(forgotten).toHaveLength(1);
    await eventually(() => expect(heard).toEqual([{ user: me.id }]));
    await listener.end();
    expect((await database.db.selectFrom('users').select('username').execute()).map((u) => u.username)).toEqual([
      'ada',
    ]);
    expect(await database.db.selectFrom('apiTokens').select('id').execute()).toEqual([]);
    expect(await database.db.selectFrom('sessions').select('id').execute()).toHaveLength(1);
    expect((await admin.call('GET /api/invites')).body).toEqual([]);
    await server.member(admin, 'grace');
  });

  test('happens as a whole or not at all', async () => {
    const member = await server.member(await server.administrator(), 'grace');
    forgetUnits = () => Promise.reject(new Error('the units cannot be forgotten'));
    expect((await member.call('POST /api/me/deletion', remove)).status).toBe(500);
    expect((await member.call('GET /api/me')).status).toBe(200);
  });

  test('is refused to the last administrator who can act', async () => {
    const admin = await server.administrator();
    const member = await server.member(admin, 'grace');
    const { body: me } = await member.call<{ id: string }>('GET /api/me');
    const last = await admin.call('POST /api/me/deletion', remove);
    expect(last).toMatchObject({ status: 409, body: { title: expect.stringContaining('last administrator') } });
    await admin.call(`PATCH /api/users/${me.id}`, { role: 'administrator', locked: true });
    expect((await admin.call('POST /api/me/deletion', remove)).status).toBe(409);
    await admin.call(`PATCH /api/users/${me.id}`, { locked: false });
    expect((await admin.call('POST /api/me/deletion', remove)).status).toBe(204);
  });

  test('of two administrators at once one stays', async () => {
    const admin = await server.administrator();
    const member = await server.member(admin, 'grace');
    const { body: me } = await member.call<{ id: string }>('GET /api/me');
    await admin.call(`PATCH /api/users/${me.id}`, { role: 'administrator' });
    const both = await Promise.all([admin, member].map((browser) => browser.call('POST /api/me/deletion', remove)));
    expect(both.map(({ status }) => status).sort()).toEqual([204, 409]);
  });
});

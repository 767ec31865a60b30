import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import { goodPassword, type PeopleServer, startPeopleServer } from './people-server.ts';

const database = await freshDatabase();
let server: PeopleServer;
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate users cascade`.execute(database.db);
  server = await startPeopleServer(database.db);
});
afterEach(() => server[Symbol.asyncDispose]());

const account = (username: string) => ({ username, password: goodPassword });
const usernames = async () =>
  (await database.db.selectFrom('users').select('username').execute()).map((u) => u.username);

describe('setup', () => {
  test('the printed token makes the administrator, once, and signs in', async () => {
    const token = await server.users.setupToken();
    expect(token).toMatch(/^[\w-]{43}$/);
    const browser = server.browser();
    const made = await browser.call('POST /api/setup', { token, ...account('ada') });
    expect(made).toMatchObject({ status: 201, body: { username: 'ada', role: 'administrator' } });
    expect((await browser.call('GET /api/me')).body).toEqual(made.body);
    expect(await server.users.isSetUp()).toBe(true);
    expect(await server.users.setupToken()).toBeUndefined();
    expect((await server.browser().call('POST /api/setup', { token, ...account('eve') })).status).toBe(409);
  });

  test('a wrong token makes nobody', async () => {
    for (const token of ['', 'wrong', 'x'.repeat(43)]) {
      expect((await server.browser().call('POST /api/setup', { token, ...account('eve') })).status).toBe(403);
    }
    expect(await usernames()).toEqual([]);
    expect(await server.users.isSetUp()).toBe(false);
  });

  test('of many at once one wins, the others hear that it is done', async () => {
    const token = await server.users.setupToken();
    const names = ['ada', 'grace', 'edith', 'joan'];
    const answers = await Promise.all(
      names.map((name) => server.browser().call('POST /api/setup', { token, ...account(name) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await usernames()).toHaveLength(1);
  });

  test('a weak password and an impossible name are refused by path', async () => {
    const token = await server.users.setupToken();
    const weak = await server.browser().call('POST /api/setup', { token, username: 'ada', password: 'short' });
    expect(weak).toMatchObject({ status: 422, body: { issues: [{ path: '/password' }] } });
    const named = await server.browser().call('POST /api/setup', { token, ...account('a:b') });
    expect(named).toMatchObject({ status: 422, body: { issues: [{ path: '/username' }] } });
  });

  test('nobody registers before there is an administrator', async () => {
    await using open = await startPeopleServer(database.db, { registration: 'open' });
    expect((await open.browser().call('POST /api/register', account('eve'))).status).toBe(409);
  });
});

describe('registration', () => {
  test('open: anybody, and the name is theirs in any case and composition', async () => {
    await using open = await startPeopleServer(database.db, { registration: 'open' });
    await open.administrator('Zoe\u0301');
    const browser = open.browser();
    expect(await browser.call('POST /api/register', account('Grace'))).toMatchObject({
      status: 201,
      body: { username: 'Grace', role: 'user' },
    });
    expect((await browser.call('GET /api/me')).body.username).toBe('Grace');
    expect((await open.browser().call('POST /api/register', account('gRACE'))).status).toBe(409);
    expect((await open.browser().call('POST /api/register', account('Zo\u00e9'))).status).toBe(409);
    expect(await usernames()).toEqual(['Zo\u00e9', 'Grace']);
  });

  test('of many at once with one name one gets it', async () => {
    await using open = await startPeopleServer(database.db, { registration: 'open' });
    await open.administrator();
    const names = ['grace', 'Grace', 'GRACE', 'gracE'];
    const answers = await Promise.all(names.map((name) => open.browser().call('POST /api/register', account(name))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  test('closed: nobody, and no invites are made', async () => {
    await using closed = await startPeopleServer(database.db, { registration: 'closed' });
    const admin = await closed.administrator();
    expect((await closed.browser().call('POST /api/register', account('eve'))).status).toBe(403);
    expect((await admin.call('POST /api/invites', {})).status).toBe(409);
  });

  test('by invite: without one, or with nonsense, nobody', async () => {
    await server.administrator();
    expect((await server.browser().call('POST /api/register', account('eve'))).status).toBe(403);
    expect((await server.browser().call('POST /api/register', { ...account('eve'), invite: 'x' })).status).toBe(403);
    expect(await usernames()).toEqual(['ada']);
  });
});

describe('invites', () => {
  type Invite = { id: string; url: string; note: string; usedBy: string | null; expiresAt: string };
  const make = async (by: Awaited<ReturnType<PeopleServer['administrator']>>, asked: object = {}) => {
    const { body } = await by.call<Invite>('POST /api/invites', asked);
    return { ...body, secret: new URL(body.url).searchParams.get('token') ?? '' };
  };

  test('one lets one person in, whoever is first', async () => {
    const admin = await server.administrator();
    const { url, secret, id } = await make(admin, { note: 'for Grace' });
    expect(url).toBe(`${server.url}/invite?token=${secret}`);
    const names = ['grace', 'edith', 'joan'];
    const answers = await Promise.all(
      names.map((name) => server.browser().call('POST /api/register', { ...account(name), invite: secret })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403]);
    const winner = answers.find(({ status }) => status === 201)?.body.username;
    const { body: listed } = await admin.call<Invite[]>('GET /api/invites');
    expect(listed).toMatchObject([{ id, note: 'for Grace', usedBy: winner }]);
    expect(JSON.stringify(listed)).not.toContain(secret);
    expect(await usernames()).toEqual(['ada', winner]);
  });

  test('a taken name does not use it up', async () => {
    const { secret } = await make(await server.administrator());
    const register = (name: string) =>
      server.browser().call('POST /api/register', { ...account(name), invite: secret });
    expect((await register('Ada')).status).toBe(409);
    expect((await register('grace')).status).toBe(201);
  });

  test('it expires, and can be withdrawn', async () => {
    const admin = await server.administrator();
    const withdrawn = await make(admin);
    expect((await admin.call(`DELETE /api/invites/${withdrawn.id}`)).status).toBe(204);
    expect((await admin.call(`DELETE /api/invites/${withdrawn.id}`)).status).toBe(404);
    const old = await make(admin, { days: 2 });
    server.turnClock(2 * 24 * 3600_000);
    for (const invite of [withdrawn.secret, old.secret]) {
      expect((await server.browser().call('POST /api/register', { ...account('eve'), invite })).status).toBe(403);
    }
    expect((await admin.call('GET /api/invites')).body).toEqual([]);
  });

  test('only administrators make, see and withdraw them', async () => {
    const member = await server.member(await server.administrator(), 'grace');
    for (const route of ['POST /api/invites', 'GET /api/invites', `DELETE /api/invites/${crypto.randomUUID()}`]) {
      expect((await member.call(route, route.startsWith('POST') ? {} : undefined)).status).toBe(403);
      expect((await server.browser().call(route, route.startsWith('POST') ? {} : undefined)).status).toBe(401);
    }
  });

  test('the link leads to the public origin when the caller uses an unknown one', async () => {
    await using known = await startPeopleServer(database.db, { origins: ['https://croft.example'] });
    const { url } = await make(await known.administrator());
    expect(url).toMatch(/^https:\/\/croft\.example\/invite\?token=[\w-]{43}$/);
  });
});

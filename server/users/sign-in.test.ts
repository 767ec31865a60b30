import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { freshDatabase } from '../testing/database.ts';
import type { PeopleServer } from './people-server.ts';

// As it is, and counted: loaded anew, since another file of this worker may have loaded what is not.
vi.resetModules();
vi.mock('@node-rs/argon2', async (original) => {
  const argon2 = await original<typeof import('@node-rs/argon2')>();
  return { ...argon2, verify: vi.fn(argon2.verify) };
});

const { goodPassword, startPeopleServer } = await import('./people-server.ts');
const { verify } = await import('@node-rs/argon2');

const database = await freshDatabase();
let server: PeopleServer;
afterAll(() => database.drop());
beforeEach(async () => {
  await sql`truncate users cascade`.execute(database.db);
  server = await startPeopleServer(database.db);
  await server.administrator('Ada');
});
afterEach(() => server[Symbol.asyncDispose]());

const right = { username: 'ada', password: goodPassword };
const wrong = { username: 'ada', password: 'not the password' };

test('the cookie is a secret out of reach of scripts and other sites, of which the database has a hash', async () => {
  const browser = server.browser();
  const { status, headers, body } = await browser.call('POST /api/sessions', right);
  expect({ status, body }).toMatchObject({ status: 201, body: { username: 'Ada', role: 'administrator' } });
  expect(headers.get('set-cookie')).toMatch(
    /^croft_session=[\w-]{43}; Path=\/; Max-Age=34560000; HttpOnly; SameSite=Lax$/,
  );
  const { rows } = await sql`select sessions.* from sessions`.execute(database.db);
  expect(JSON.stringify(rows)).not.toContain(browser.cookie);
  await using secure = await startPeopleServer(database.db, { secureCookies: true });
  expect((await secure.browser().call('POST /api/sessions', right)).headers.get('set-cookie')).toMatch(/; Secure$/);
});

describe('an unknown name and a wrong password', () => {
  test('get the same answer', async () => {
    const names = ['ada', 'nobody', 'a b', ''];
    const answers = await Promise.all(
      names.map((username) => server.browser().call('POST /api/sessions', { username, password: 'not the password' })),
    );
    for (const { status, body, headers } of answers) {
      expect({ status, body }).toEqual({ status: 401, body: answers[0]?.body });
      expect(headers.get('set-cookie')).toBeNull();
    }
  });

  test('take the same work: one hash of the same cost each', async () => {
    const costs: string[] = [];
    for (const username of ['ada', 'nobody']) {
      vi.mocked(verify).mockClear();
      await server.browser('198.51.100.1').call('POST /api/sessions', { ...wrong, username });
      costs.push(...vi.mocked(verify).mock.calls.map(([hash]) => String(hash).split('$').slice(1, 4).join()));
    }
    expect(costs).toEqual(['argon2id,v=19,m=19456,t=2,p=1', 'argon2id,v=19,m=19456,t=2,p=1']);
  });

  test('leave a line each, without what was typed', async () => {
    await server.browser('192.0.2.9').call('POST /api/sessions', wrong);
    await server.browser('192.0.2.9').call('POST /api/sessions', { username: 'hunter2typo', password: 'secret1' });
    const failures = server.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'sign-in failed');
    expect(failures).toMatchObject([
      { address: '192.0.2.9', user: expect.any(String), reason: 'wrong password' },
      { address: '192.0.2.9', reason: 'unknown username' },
    ]);
    expect(server.lines.join()).not.toMatch(/hunter2|secret1|not the password|a good long/);
  });
});

describe('limits', () => {
  test('after ten wrong passwords the account takes none for a while, from no address', async () => {
    for (let n = 0; n < 10; n++) {
      const { status } = await server
        .browser(`198.51.100.${n}`)
        .call('POST /api/sessions', { ...wrong, username: 'aDa' });
      expect(status).toBe(401);
    }
    const closed = await server.browser('203.0.113.1').call('POST /api/sessions', right);
    expect(closed).toMatchObject({ status: 429, body: { code: 'too-many-requests' } });
    expect(Number(closed.headers.get('retry-after'))).toBeGreaterThan(800);
  });

  test('an unknown account closes just the same', async () => {
    const guess = (n: number) =>
      server.browser(`198.51.100.${n}`).call('POST /api/sessions', { ...wrong, username: 'eve' });
    for (let n = 0; n < 10; n++) expect((await guess(n)).status).toBe(401);
    expect((await guess(11)).status).toBe(429);
  });
});

describe('where it comes from', () => {
  const signIn = async (headers: Record<string, string>) =>
    (await server.browser().call('POST /api/sessions', right, headers)).status;

  test('other sites’ pages are refused, programs are not', async () => {
    expect(await signIn({ origin: 'https://evil.example' })).toBe(403);
    expect(await signIn({ origin: 'null' })).toBe(403);
    expect(await signIn({ origin: '', 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await signIn({ origin: '', 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await signIn({ origin: '' })).toBe(201);
    expect(await signIn({ origin: server.url })).toBe(201);
    // Behind a proxy that ends TLS without telling, only the browser knows.
    expect(await signIn({ origin: 'https://croft.example', 'sec-fetch-site': 'same-origin' })).toBe(201);
  });

  test('setup and registration refuse them too', async () => {
    const foreign = { origin: 'https://evil.example' };
    const account = { username: 'eve', password: goodPassword };
    expect((await server.browser().call('POST /api/register', account, foreign)).status).toBe(403);
    expect((await server.browser().call('POST /api/setup', { ...account, token: 'x' }, foreign)).status).toBe(403);
  });

  test('a write by cookie needs a page of this instance, a read does not', async () => {
    await using known = await startPeopleServer(database.db, { origins: ['https://croft.example'] });
    const browser = known.browser();
    await browser.call('POST /api/sessions', right);
    const write = async (headers: Record<string, string>) =>
      (await browser.call('POST /api/other', undefined, headers)).status;
    expect(await write({ origin: known.url })).toBe(200);
    expect(await write({ origin: 'https://croft.example' })).toBe(200);
    expect(await write({ origin: '', 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await write({ origin: '' })).toBe(403);
    expect(await write({ origin: 'null' })).toBe(403);
    expect(await write({ origin: 'https://croft.example.evil.example' })).toBe(403);
    expect(await write({ origin: '', 'sec-fetch-site': 'same-site' })).toBe(403);
    expect((await browser.call('GET /api/other', undefined, { origin: 'https://evil.example' })).status).toBe(200);
  });
});

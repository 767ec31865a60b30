import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient, type TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance, testPassword } from '../testing/instance.ts';
import { type Key, routeCases } from '../testing/route-cases.ts';
import { type Make, type Parts, schema, type Things } from '../testing/route-things.ts';
import { templateOf } from '../testing/templates.ts';
import type { Access } from './contract.ts';

type Document = { paths: Record<string, Record<string, { operationId: Key; 'x-access': Access }>> };
type Answer = { status: number; body: string; headers: Record<string, string> };

let croft: TestInstance;
let things: Things;
let make: Make;
let described: { key: Key; access: Access }[];
/** API tokens: of the owner for reading and writing, of the owner for one of the two, of the administrator without `administer`. */
const bearers = { full: '', read: '', write: '', administrator: '' };

beforeAll(async () => {
  croft = await testInstance();
  const administrator = await croft.administrator();
  const owner = await croft.user('ada');
  const other = await croft.user('bob');
  make = { owner, administrator, grantee: await croft.user('cleo'), anotherSession: () => signIn('ada') };
  const tokenOf = async (client: TestClient, ...scopes: ('read' | 'write')[]) =>
    (await client.call('POST /api/tokens', { body: { name: 'Matrix', scopes, days: 1 } })).secret;
  bearers.full = await tokenOf(owner, 'read', 'write');
  bearers.read = await tokenOf(owner, 'read');
  bearers.write = await tokenOf(owner, 'write');
  bearers.administrator = await tokenOf(administrator, 'read', 'write');
  things = { ...(await thingsOf(owner)), otherUser: (await other.call('GET /api/me')).id };
  const document = (await croft.anonymous.send('GET /api/openapi.json').then((answer) => answer.json())) as Document;
  described = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .map((operation) => ({ key: operation.operationId, access: operation['x-access'] }));
});
afterAll(() => croft.close());

async function thingsOf(owner: TestClient) {
  const sector = await owner.call('POST /api/sectors', { body: { path: '/home' } });
  const unit = await owner.call('POST /api/units', { body: { name: 'Shed', schema, sector: sector.id } });
  const idOf = (name: string) => unit.variables.find((one) => one.name === name)?.id ?? '';
  const template = await templateOf(croft.db, owner);
  await template.add({ label: 'v1', schema });
  const things = { unit: unit.id, variable: idOf('warmth'), input: idOf('lamp'), sector: sector.id };
  return { ...things, template: template.id };
}

async function signIn(username: string): Promise<TestClient> {
  const client = createClient(() => croft.url);
  await client.call('POST /api/sessions', { body: { username, password: testPassword } });
  return client;
}

/** Signing in takes a tenth of a second, so a browser stays signed in until a call ends its session. */
const browsers = new Map<string, Promise<TestClient>>();
function signedIn(username: string): Promise<TestClient> {
  const browser = browsers.get(username) ?? signIn(username);
  browsers.set(username, browser);
  return browser;
}
const endsSessions = (key: Key) => key === 'DELETE /api/sessions' || key === 'DELETE /api/sessions/current';

const callers = ['anonymous', 'owner', 'other user', 'administrator', 'token', 'token without the scope'] as const;
type CallerName = (typeof callers)[number];

/** The token of the last kind lacks just what the route asks for. */
async function clientOf(caller: CallerName, access: Access): Promise<TestClient> {
  const bearer = (secret: string) => createClient(() => croft.url, { bearer: secret });
  if (caller === 'anonymous') return createClient(() => croft.url);
  if (caller === 'owner') return signedIn('ada');
  if (caller === 'other user') return signedIn('bob');
  if (caller === 'administrator') return signedIn('admin');
  if (caller === 'token') return bearer(bearers.full);
  if (access === 'administrator') return bearer(bearers.administrator);
  return bearer(access === 'read' ? bearers.write : bearers.read);
}

/** What the access rule alone answers; undefined where it lets the caller through. */
function refusalOf(access: Access, caller: CallerName): { status: number; code: string } | undefined {
  if (access === 'anyone') return undefined;
  if (caller === 'anonymous' || access === 'unit') return { status: 401, code: 'unauthorized' };
  const isAllowed = {
    read: caller !== 'token without the scope',
    write: caller !== 'token without the scope',
    session: !caller.startsWith('token'),
    administrator: caller === 'administrator',
  };
  return isAllowed[access] ? undefined : { status: 403, code: 'forbidden' };
}

function letThrough(key: Key, access: Access, caller: CallerName): number {
  const { owner, others = owner, anonymous = owner } = routeCases[key];
  if (caller === 'anonymous') return anonymous;
  const isOwner = caller === 'owner' || caller.startsWith('token');
  return access === 'administrator' || isOwner ? owner : others;
}

async function ask(client: TestClient, key: Key, parts: Parts): Promise<Answer> {
  const response = await client.send(key, parts);
  const isStream = response.headers.get('content-type') === 'text/event-stream';
  const body = isStream ? '' : await response.text();
  if (isStream) await response.body?.cancel();
  const { 'x-request-id': _id, date: _date, ...headers } = Object.fromEntries(response.headers);
  return { status: response.status, body, headers };
}

test('every route of the description has its case here', () => {
  expect(described.map(({ key }) => key).toSorted()).toEqual(Object.keys(routeCases).toSorted());
});

describe('what is private answers exactly like what is missing', () => {
  const hidden = Object.entries(routeCases).filter(([, { others }]) => others === 404) as [Key, unknown][];

  test.each(hidden.map(([key]) => key))('%s', async (key) => {
    const parts = await routeCases[key].request(things, make);
    const missing = { ...parts, params: { ...parts.params, id: uuidv7() } };
    const access = described.find((one) => one.key === key)?.access;
    const strangers: CallerName[] = [
      'other user',
      'administrator',
      ...(access === 'anyone' ? (['anonymous'] as const) : []),
    ];
    for (const caller of strangers) {
      const client = await clientOf(caller, 'read');
      const [there, gone] = [await ask(client, key, parts), await ask(client, key, missing)];
      expect(withoutRequest(there)).toEqual(withoutRequest(gone));
      expect(there.status).toBe(404);
    }
  });

  const withoutRequest = (answer: Answer) => ({ ...answer, body: { ...JSON.parse(answer.body), request: undefined } });
});

describe.each(Object.keys(routeCases) as Key[])('%s', (key) => {
  test.each(callers)('for %s', async (caller) => {
    const access = described.find((one) => one.key === key)?.access;
    if (!access) throw new Error(`${key} is not described`);
    const client = await clientOf(caller, access);
    const { status, body } = await ask(client, key, await routeCases[key].request(things, make));
    if (endsSessions(key)) browsers.clear();
    const refusal = refusalOf(access, caller);
    if (refusal) expect(JSON.parse(body)).toMatchObject(refusal);
    else
      expect({ status, code: status < 400 ? 'none' : codeOf(body) }).toEqual({
        status: letThrough(key, access, caller),
        code: expect.not.stringMatching(/^(unauthorized|forbidden)$/),
      });
  });
});

const codeOf = (body: string): string => /"code":"([\w-]+)"/.exec(body)?.[1] ?? 'none';

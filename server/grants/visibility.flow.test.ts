import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Visibility } from '../access.ts';
import { createClient, type TestClient } from '../testing/client.ts';
import { sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type LivePage, livePage } from '../testing/live-page.ts';

/** Every door that shows something, for every kind of caller, against the table of visibilities written out here. */
const levels: Visibility[] = ['private', 'local', 'trusted', 'public'];
const schema = { input_variables: { dial: { type: 'number' } }, output_variables: { warmth: { type: 'number' } } };
const callers = [
  'owner',
  'granted read',
  'granted write',
  'unit granted read',
  'unit granted write',
  'other',
  'administrator',
  'anonymous',
  'locked grantee',
] as const;
type CallerName = (typeof callers)[number];

/** Who reads the output, by the narrower of the two visibilities; owner and grantees always do. */
const readOutput: Record<Visibility, readonly CallerName[]> = {
  private: ['owner', 'granted read', 'unit granted read'],
  local: [
    'owner',
    'granted read',
    'unit granted read',
    'granted write',
    'unit granted write',
    'other',
    'administrator',
  ],
  trusted: [
    'owner',
    'granted read',
    'unit granted read',
    'granted write',
    'unit granted write',
    'other',
    'administrator',
  ],
  public: callers,
};
/** Whatever the visibility. */
const useInput: readonly CallerName[] = ['owner', 'granted write', 'unit granted write'];

let croft: TestInstance;
let unit: string;
let warmth: string;
let dial: string;
let device: Awaited<ReturnType<typeof sealedDevice>>;
const clients = {} as Record<CallerName, TestClient>;
const pages = new Map<CallerName, LivePage>();
let lockedToken: TestClient;

beforeAll(async () => {
  croft = await testInstance();
  clients.anonymous = croft.anonymous;
  clients.administrator = await croft.administrator();
  const names: [CallerName, string][] = [
    ['owner', 'ada'],
    ['granted read', 'rita'],
    ['granted write', 'will'],
    ['unit granted read', 'una'],
    ['unit granted write', 'uwe'],
    ['other', 'bob'],
    ['locked grantee', 'lock'],
  ];
  for (const [caller, name] of names) clients[caller] = await croft.user(name);
  const made = await clients.owner.call('POST /api/units', { body: { name: 'Shed', schema } });
  unit = made.id;
  const idOf = (name: string) => made.variables.find((one) => one.name === name)?.id ?? '';
  [warmth, dial] = [idOf('warmth'), idOf('dial')];
  for (const [caller, name] of names.filter(([one]) => one.includes('grant'))) await giveTo(caller, name);
  await lockUser();
  const env = await clients.owner.call('GET /api/units/:id/env', { params: { id: unit } });
  device = await sealedDevice(env, { port: croft.mqttPort });
  for (const caller of callers)
    pages.set(caller, await livePage(clients[caller], { units: unit, variables: `${warmth},${dial}` }));
}, 60_000);
afterAll(async () => {
  for (const page of pages.values()) await page.close();
  await device.close();
  await croft.close();
});

/** A unit that is given to must be seen by the giver. */
async function giveTo(caller: CallerName, user: string): Promise<void> {
  const give = (variable: string, access: 'read' | 'write', to: { user: string } | { unit: string }) =>
    clients.owner.call('POST /api/grants', { body: { variable, access, ...to } });
  let to: { user: string } | { unit: string } = { user };
  if (caller.startsWith('unit')) {
    const body = { name: 'Mine', schema, visibility: 'local' } as const;
    const holder = await clients[caller].call('POST /api/units', { body });
    to = { unit: `${user}:/Mine` };
    await give(caller.endsWith('read') ? warmth : dial, caller.endsWith('read') ? 'read' : 'write', to);
    await clients[caller].call('PATCH /api/units/:id', { params: { id: holder.id }, body: { visibility: 'private' } });
    return;
  }
  if (!caller.endsWith('write')) await give(warmth, 'read', to);
  if (!caller.endsWith('read')) await give(dial, 'write', to);
}

async function lockUser(): Promise<void> {
  const { secret } = await clients['locked grantee'].call('POST /api/tokens', {
    body: { name: 'Kept', scopes: ['read', 'write'], days: 1 },
  });
  lockedToken = createClient(() => croft.url, { bearer: secret });
  const { id } = await clients['locked grantee'].call('GET /api/me');
  await clients.administrator.call('PATCH /api/users/:id', { params: { id }, body: { locked: true } });
}

async function status(client: TestClient, key: string, id: string, body?: unknown): Promise<number> {
  const response = await client.send(key, { params: { id }, body });
  await response.body?.cancel();
  return response.status;
}

async function namesOfUnit(client: TestClient): Promise<string[] | undefined> {
  const response = await client.send('GET /api/units/:id', { params: { id: unit } });
  const answer = (await response.json()) as { variables?: { name: string }[] };
  return answer.variables?.map(({ name }) => name);
}

async function explored(client: TestClient, search: string) {
  const { units, total } = await client.call('GET /api/explore', { query: { search } });
  const shed = units.find(({ id }) => id === unit);
  return { names: shed?.variables.map(({ name }) => name), total };
}

const pairs = levels.flatMap((ofUnit) => levels.map((ofOutput) => [ofUnit, ofOutput] as const));
/** What each page must have heard by the end, value by value. */
const audible = new Map<CallerName, number[]>(callers.map((caller) => [caller, []]));

describe.each(pairs)('a %s unit with variables that are %s', (ofUnit, ofVariable) => {
  const width = Math.min(levels.indexOf(ofUnit), levels.indexOf(ofVariable));
  const outputReaders = readOutput[levels[width] ?? 'private'];
  const number = pairs.findIndex(([one, other]) => one === ofUnit && other === ofVariable) * 10;
  const expectedOf = (caller: CallerName) => ({
    output: outputReaders.includes(caller),
    input: useInput.includes(caller),
  });
  const namesFor = (caller: CallerName) => {
    const { output, input } = expectedOf(caller);
    const names = [...(input ? ['dial'] : []), ...(output ? ['warmth'] : [])];
    return names.length > 0 ? names : undefined;
  };

  beforeAll(async () => {
    const { owner } = clients;
    await owner.call('PATCH /api/units/:id', { params: { id: unit }, body: { visibility: ofUnit } });
    for (const id of [warmth, dial])
      await owner.call('PATCH /api/variables/:id', { params: { id }, body: { visibility: ofVariable } });
  });

  test.each(callers)('shows %s what the table says, and nothing else', async (caller) => {
    const client = clients[caller];
    const { output, input } = expectedOf(caller);
    for (const [id, isSeen] of [
      [warmth, output],
      [dial, input],
    ] as const) {
      expect(await status(client, 'GET /api/variables/:id', id)).toBe(isSeen ? 200 : 404);
      expect(await status(client, 'GET /api/variables/:id/history', id)).toBe(isSeen ? 200 : 404);
    }
    expect(await namesOfUnit(client)).toEqual(namesFor(caller));
    // One's own is listed as others see it.
    const listed = caller === 'owner' ? namesFor('other') : namesFor(caller);
    expect(await explored(client, '')).toEqual({ names: listed, total: listed ? 1 : 0 });
    for (const name of ['warmth', 'dial']) {
      expect((await explored(client, name)).total, `found by ${name}`).toBe(listed?.includes(name) ? 1 : 0);
    }
  });

  test.each(callers)('lets %s set what the table says', async (caller) => {
    const isNobody = caller === 'anonymous' || caller === 'locked grantee';
    const wrong = { value: 'not a number' };
    const setDial = await status(clients[caller], 'PUT /api/variables/:id/value', dial, wrong);
    expect(setDial).toBe(isNobody ? 401 : expectedOf(caller).input ? 422 : 404);
    const setWarmth = await status(clients[caller], 'PUT /api/variables/:id/value', warmth, { value: 1 });
    expect(setWarmth).toBe(isNobody ? 401 : caller === 'owner' ? 403 : 404);
  });

  test('tells open pages what the table says', async () => {
    await device.publish('output/warmth', number + 1);
    await clients['granted write'].call('PUT /api/variables/:id/value', {
      params: { id: dial },
      body: { value: number + 2 },
    });
    for (const caller of callers) {
      const { output, input } = expectedOf(caller);
      const heard = [...(output ? [number + 1] : []), ...(input ? [number + 2] : [])];
      audible.get(caller)?.push(...heard);
      await eventually(() => expect(pages.get(caller)?.values()).toEqual(audible.get(caller)));
    }
  });

  test('shows a locked user’s token nothing at all', async () => {
    expect(await status(lockedToken, 'GET /api/variables/:id', warmth)).toBe(401);
    expect(await status(lockedToken, 'PUT /api/variables/:id/value', dial, { value: 1 })).toBe(401);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { createClient } from '../testing/client.ts';
import { sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance, testPassword } from '../testing/instance.ts';
import { type LivePage, type LiveQuery, livePage } from '../testing/live-page.ts';

const schema = { input_variables: { lamp: { type: 'boolean' } }, output_variables: { warmth: { type: 'number' } } };

let croft: TestInstance;
let owner: TestClient;
let other: TestClient;
let unit: string;
let warmth: string;
let lamp: string;
let device: Awaited<ReturnType<typeof sealedDevice>>;
let pages: LivePage[] = [];

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  other = await croft.user('bob');
  const made = await owner.call('POST /api/units', { body: { name: 'Shed', schema } });
  unit = made.id;
  warmth = made.variables.find(({ direction }) => direction === 'output')?.id ?? '';
  lamp = made.variables.find(({ direction }) => direction === 'input')?.id ?? '';
  const env = await owner.call('GET /api/units/:id/env', { params: { id: unit } });
  device = await sealedDevice(env, { port: croft.mqttPort });
  await device.subscribe('input/+');
});
afterAll(async () => {
  await device.close();
  await croft.close();
});
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
});

async function open(client: TestClient, query: LiveQuery, after?: string): Promise<LivePage> {
  const page = await livePage(client, query, after);
  pages.push(page);
  return page;
}
const publish = (value: number) => device.publish('output/warmth', value);
const setVisibility = (visibility: 'private' | 'public') =>
  owner.call('PATCH /api/units/:id', { params: { id: unit }, body: { visibility } });

async function signIn(username: string): Promise<TestClient> {
  const client = createClient(() => croft.url);
  await client.call('POST /api/sessions', { body: { username, password: testPassword } });
  return client;
}

describe('a page hears', () => {
  test.each([['its unit'], ['its variable'], ['all of its units']])(
    'values of %s once they are stored',
    async (what) => {
      const query = { 'its unit': { units: unit }, 'its variable': { variables: warmth } }[what] ?? { mine: '1' };
      const page = await open(owner, query);
      for (const value of [1, 2, 3]) await publish(value);
      await eventually(() => expect(page.values()).toEqual([1, 2, 3]));
      const [first] = page.heard.filter(({ event }) => event === 'value');
      expect(first?.data).toEqual({ variable: warmth, unit, value: 1, at: expect.stringMatching(/^2\d{3}-.*Z$/) });
      expect(first?.id).toMatch(/^\d+$/);
    },
  );

  test('an input’s value when it is set, and when the device has it', async () => {
    const page = await open(owner, { units: unit });
    await owner.call('PUT /api/variables/:id/value', { params: { id: lamp }, body: { value: true } });
    await eventually(() => expect(page.values(lamp)).toEqual([true]));
    await eventually(() => expect(page.of('confirmed')).toEqual([expect.objectContaining({ variable: lamp })]));
  });

  test('refusals and log lines of its own units', async () => {
    const page = await open(owner, { units: unit });
    await device.publish('output/warmth', true);
    await device.publish('log', { level: 'warning', text: 'low battery' });
    await eventually(() =>
      expect(page.of('refusal')).toEqual([expect.objectContaining({ unit, reason: 'bad-value' })]),
    );
    await eventually(() => expect(page.of('log')).toEqual([expect.objectContaining({ text: 'low battery' })]));
  });

  test('presence when a device goes and comes', async () => {
    const made = await owner.call('POST /api/units', { body: { name: 'Gate', schema } });
    const env = await owner.call('GET /api/units/:id/env', { params: { id: made.id } });
    const page = await open(owner, { units: made.id });
    const gate = await sealedDevice(env, { port: croft.mqttPort });
    await eventually(() => expect(page.of('presence')).toEqual([expect.objectContaining({ presence: 'online' })]));
    await gate.close();
    await eventually(() => expect(page.of('presence').at(-1)).toMatchObject({ unit: made.id, presence: 'offline' }));
  });

  test('units that are made while it is open', async () => {
    const page = await open(owner, { mine: '1' });
    const made = await owner.call('POST /api/units', { body: { name: 'New one', schema } });
    const env = await owner.call('GET /api/units/:id/env', { params: { id: made.id } });
    const fresh = await sealedDevice(env, { port: croft.mqttPort });
    let value = 0;
    await eventually(async () => {
      await fresh.publish('output/warmth', ++value);
      expect(page.values().length).toBeGreaterThan(0);
    });
    await fresh.close();
  });
});

describe('nobody hears what is not for them', () => {
  test('of a private unit others hear nothing, whatever they ask for', async () => {
    const listeners: LivePage[] = [];
    for (const query of [{ units: unit }, { variables: `${warmth},${lamp}` }, { mine: '1' }]) {
      listeners.push(await open(other, query), await open(croft.anonymous, query));
    }
    const own = await open(owner, { units: unit });
    await publish(7);
    await device.publish('output/warmth', 'no number');
    await owner.call('PUT /api/variables/:id/value', { params: { id: lamp }, body: { value: false } });
    await eventually(() => expect(own.of('refusal')).toHaveLength(1));
    await eventually(() => expect(own.values()).toEqual([7, false]));
    expect(listeners.map(({ heard }) => heard)).toEqual(listeners.map(() => []));
  });

  test('of a public unit they hear outputs, and neither inputs nor refusals nor log lines', async () => {
    await setVisibility('public');
    const [stranger, own] = [await open(croft.anonymous, { units: unit }), await open(owner, { units: unit })];
    await device.publish('log', { level: 'info', text: 'private words' });
    await device.publish('output/warmth', 'no number');
    await owner.call('PUT /api/variables/:id/value', { params: { id: lamp }, body: { value: true } });
    await publish(8);
    await eventually(() =>
      expect(own.heard.map(({ event }) => event)).toEqual(expect.arrayContaining(['refusal', 'log'])),
    );
    await eventually(() => expect(stranger.values()).toEqual([8]));
    expect(new Set(stranger.heard.map(({ event }) => event))).toEqual(new Set(['presence', 'value']));
    await setVisibility('private');
  });

  test('a page is told the presence first, which may have changed while it was loading', async () => {
    const page = await open(owner, { presence: 'mine' });
    const told = expect.objectContaining({ unit, presence: 'online' });
    await eventually(() => expect(page.heard.map(({ data }) => data)).toContainEqual(told));
    expect(page.values()).toEqual([]);
  });

  test('visibility taken away is silence within a second', async () => {
    await setVisibility('public');
    const [stranger, own] = [await open(croft.anonymous, { units: unit }), await open(owner, { units: unit })];
    await publish(1);
    await eventually(() => expect(stranger.values()).toEqual([1]));
    await setVisibility('private');
    const takenAway = Date.now();
    let value = 1;
    while (Date.now() < takenAway + 1_000) await publish(++value);
    const later = [value + 1, value + 2, value + 3];
    for (const number of later) await publish(number);
    await eventually(() => expect(own.values().slice(-3)).toEqual(later));
    expect(stranger.values().filter((one) => later.includes(Number(one)))).toEqual([]);
  });

  test('nor what is taken away while the page is being opened', async () => {
    const strangers: LivePage[] = [];
    for (let time = 0; time < 20; time++) {
      await setVisibility('public');
      const opening = open(croft.anonymous, { units: unit });
      const [page] = await Promise.all([opening, setVisibility('private')]);
      strangers.push(page);
    }
    const takenAway = Date.now();
    const own = await open(owner, { units: unit });
    let value = 100;
    while (Date.now() < takenAway + 1_000) await publish(++value);
    const later = [value + 1, value + 2];
    for (const number of later) await publish(number);
    await eventually(() => expect(own.values().slice(-2)).toEqual(later));
    expect(strangers.flatMap((page) => page.values()).filter((one) => later.includes(Number(one)))).toEqual([]);
  });
});

describe('a page is ended', () => {
  const ends = async (page: LivePage) => eventually(() => expect(page.isEnded()).toBe(true), 1_000);

  /** Values keep coming meanwhile: what is written to a page that is being ended must hurt nobody. */
  async function whileValuesCome(act: () => Promise<unknown>): Promise<void> {
    let isDone = false;
    const coming = (async () => {
      while (!isDone) await Promise.all(Array.from({ length: 50 }, (_, value) => publish(value)));
    })();
    await act();
    isDone = true;
    await coming;
  }

  test('by signing out', async () => {
    const browser = await signIn('ada');
    const opened = await Promise.all(Array.from({ length: 10 }, () => open(browser, { mine: '1' })));
    await whileValuesCome(async () => {
      await browser.call('DELETE /api/sessions/current');
      await Promise.all(opened.map(ends));
    });
  });

  test('by signing out everywhere, and cannot be opened again', async () => {
    const carol = await croft.user('carol');
    const elsewhere = await signIn('carol');
    const page = await open(elsewhere, { mine: '1' });
    await carol.call('DELETE /api/sessions');
    await ends(page);
    const again = await open(elsewhere, { units: unit });
    await publish(1);
    expect(again.heard).toEqual([]);
  });

  test('when its user is locked', async () => {
    const dan = await croft.user('dan');
    const { id } = await dan.call('GET /api/me');
    const page = await open(dan, { mine: '1' });
    await (await croft.administrator()).call('PATCH /api/users/:id', { params: { id }, body: { locked: true } });
    await ends(page);
  });
});

describe('what cannot be listened to is said', () => {
  test.each([
    [{}, 400],
    [{ units: 'no-uuid' }, 422],
  ])('%j answers %i', async (query, status) => {
    expect((await owner.send('GET /api/live', { query })).status).toBe(status);
  });

  test('a Last-Event-ID that is none', async () => {
    const answer = await owner.send('GET /api/live', { query: { mine: '1' } }, { 'Last-Event-ID': 'yesterday' });
    expect(answer.status).toBe(400);
  });
});

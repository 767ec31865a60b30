import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { livePage } from '../testing/live-page.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

type Made = ApiReply<'POST /api/access-requests'>;

const schema = { input_variables: { dial: { type: 'number' } }, output_variables: { warmth: { type: 'number' } } };
const address = 'ada:/home/Shed#warmth';

let croft: TestInstance;
let ada: TestClient;
let bob: TestClient;
let shed: Unit;
let warmth: string;
let dial: string;
let count = 0;

beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
  const sector = await ada.call('POST /api/sectors', { body: { path: '/home' } });
  shed = await ada.call('POST /api/units', { body: { name: 'Shed', schema, sector: sector.id } });
  const { variableOf } = unitsOf(ada, schema);
  [warmth, dial] = [variableOf(shed, 'warmth'), variableOf(shed, 'dial')];
});
// A new asker each time: what one may ask is limited.
beforeEach(async () => {
  bob = await croft.user(`bob${++count}`);
});
afterAll(() => croft.close());

const ask = (address: string, access: 'read' | 'write' = 'read', note = 'Please') =>
  bob.call('POST /api/access-requests', { body: { address, access, note } });
const answer = (client: TestClient, { id }: Made, granted: boolean, note = '') =>
  client.call('POST /api/access-requests/:id/answer', { params: { id }, body: { granted, note } });
const mine = async (client: TestClient) => (await client.call('GET /api/access-requests')).fromMe;
const toAda = async () => (await ada.call('GET /api/access-requests')).toMe;
const nowhere = [
  'ada:/home/Nothing#warmth',
  'ada:/away/Shed#warmth',
  'ada:/home/Shed#cold',
  'nobody:/home/Shed#warmth',
];

describe('asking', () => {
  test('reaches the owner, who can grant it with a word', async () => {
    const made = await ask('Ada:/home/Shed#warmth');
    expect((await toAda())[0]).toMatchObject({ from: `bob${count}`, note: 'Please', address, variable: warmth });
    const answered = await answer(ada, made, true, 'Here you are');
    expect(answered).toMatchObject({ id: made.id, status: 'granted', answer: 'Here you are' });
    expect(await mine(bob)).toEqual([
      { ...made, status: 'granted', answer: 'Here you are', answeredAt: answered.answeredAt },
    ]);
    expect(await bob.call('GET /api/variables/:id', { params: { id: warmth } })).toMatchObject({ name: 'warmth' });
    await expect(answer(ada, made, false)).rejects.toMatchObject({ status: 409 });
  });

  test('for an input gives the right to set it', async () => {
    await answer(ada, await ask('ada:/home/Shed#dial', 'write'), true);
    await bob.call('PUT /api/variables/:id/value', { params: { id: dial }, body: { value: 4 } });
  });

  test('can be declined, and nothing is granted', async () => {
    const made = await ask(address);
    await answer(ada, made, false, 'No');
    expect(await mine(bob)).toMatchObject([{ status: 'declined', answer: 'No' }]);
    await expect(bob.call('GET /api/variables/:id', { params: { id: warmth } })).rejects.toMatchObject({ status: 404 });
  });

  test('tells open pages of both', async () => {
    const [owner, asker] = [await livePage(ada, { mine: '1' }), await livePage(bob, { mine: '1' })];
    const made = await ask(address);
    await answer(ada, made, true);
    for (const page of [owner, asker]) {
      await eventually(() => expect(page.of('request').map(({ status }) => status)).toEqual(['open', 'granted']));
      await eventually(() => expect(page.of('grant')).toMatchObject([{ change: 'given' }]));
    }
    await Promise.all([owner.close(), asker.close()]);
  });

  test('is withdrawn by its asker alone', async () => {
    const made = await ask(address);
    const withdraw = (client: TestClient) =>
      client.call('DELETE /api/access-requests/:id', { params: { id: made.id } });
    await expect(withdraw(ada)).rejects.toMatchObject({ status: 404 });
    await withdraw(bob);
    expect((await toAda()).map(({ id }) => id)).not.toContain(made.id);
    await expect(answer(ada, made, true)).rejects.toMatchObject({ status: 404 });
  });

  test('is answered by the owner alone', async () => {
    const made = await ask(address);
    for (const client of [bob, await croft.administrator()]) {
      await expect(answer(client, made, true)).rejects.toMatchObject({ status: 404 });
    }
  });
});

describe('for what is not there', () => {
  /** All that an asker gets to know, but ids, times and the address itself. */
  async function known(address: string) {
    const response = await bob.send('POST /api/access-requests', { body: { address, access: 'read', note: 'Please' } });
    const made = (await response.json()) as Made;
    const shown = (await mine(bob)).find(({ id }) => id === made.id);
    const again = await bob.send('POST /api/access-requests', { body: { address, access: 'read' } });
    const { title } = (await again.json()) as { title: string };
    const acts = await bob.call('GET /api/audit', { query: { limit: 1 } });
    const hidden = { id: '', address: '', createdAt: '' };
    return {
      status: response.status,
      made: { ...made, ...hidden },
      shown: { ...shown, ...hidden },
      again: [again.status, title],
      acts: acts.map(({ action, result, object, detail }) => ({
        ...{ action, result, kind: object.kind, owner: object.owner, isNamed: object.name === address },
        detail: Object.keys(detail),
      })),
    };
  }

  test('asking looks just like asking for what is', async () => {
    const real = await known(address);
    expect(real.status).toBe(202);
    for (const address of nowhere) {
      bob = await croft.user(`asker${++count}`);
      expect(await known(address)).toEqual(real);
    }
  });

  test('limits are the same, and say the same', async () => {
    const refusals = [];
    for (const target of ['ada', 'nobody']) {
      bob = await croft.user(`limited${++count}`);
      for (let number = 1; number <= 5; number++) await ask(`${target}:/home/Shed ${number}#warmth`);
      refusals.push(await ask(`${target}:/home/Shed#warmth`).catch((error) => ({ ...error, message: error.message })));
    }
    expect(refusals[0]).toMatchObject({ status: 409, message: expect.stringContaining('5 requests') });
    expect(refusals[1]).toEqual(refusals[0]);
  });
});

describe('is refused', () => {
  test.each([
    ['what is no address', 'Shed', 'Write an address'],
    ['a unit without a variable', 'ada:/home/Shed', 'Name a variable'],
  ])('for %s', async (_, text, why) => {
    await expect(ask(text)).rejects.toMatchObject({ status: 422, message: expect.stringContaining(why) });
  });

  test('for one’s own, there or not', async () => {
    const own = ask(`BOB${count}:/home/Shed#warmth`);
    await expect(own).rejects.toMatchObject({ status: 422, message: expect.stringContaining('your own') });
  });

  test('where the asker sees that it is of no use', async () => {
    await answer(ada, await ask(address), true);
    await expect(ask(address)).rejects.toMatchObject({ status: 409, message: expect.stringContaining('already') });
    const write = ask(address, 'write');
    await expect(write).rejects.toMatchObject({ status: 422, message: expect.stringContaining('only "read"') });
  });

  test('past 20 open ones, and past 30 in an hour', async () => {
    const made: Made[] = [];
    for (let number = 0; number < 20; number++) made.push(await ask(`user${number}:/Shed#warmth`));
    await expect(ask('user20:/Shed#warmth')).rejects.toMatchObject({ status: 409 });
    for (const { id } of made) await bob.call('DELETE /api/access-requests/:id', { params: { id } });
    for (let number = 21; number < 30; number++) await ask(`user${number}:/Shed#warmth`);
    await expect(ask('user30:/Shed#warmth')).rejects.toMatchObject({ status: 429 });
  });
});

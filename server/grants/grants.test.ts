import { v7 as uuidv7 } from 'uuid';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type LivePage, livePage } from '../testing/live-page.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

const schema = { input_variables: { dial: { type: 'number' } }, output_variables: { warmth: { type: 'number' } } };

let croft: TestInstance;
let ada: TestClient;
let bob: TestClient;
let shed: Unit;
let warmth: string;
let dial: string;
let pages: LivePage[] = [];

beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
  bob = await croft.user('bob');
  const sector = await ada.call('POST /api/sectors', { body: { path: '/home/Back yard' } });
  shed = await ada.call('POST /api/units', { body: { name: 'Shed', schema, sector: sector.id } });
  const { variableOf } = unitsOf(ada, schema);
  [warmth, dial] = [variableOf(shed, 'warmth'), variableOf(shed, 'dial')];
});
afterAll(() => croft.close());
afterEach(async () => {
  await Promise.all(pages.map((page) => page.close()));
  pages = [];
  const { given } = await ada.call('GET /api/grants');
  for (const { id } of given) await revoke(ada, id);
});

type Wish = { variable?: string; access?: 'read' | 'write'; user?: string; unit?: string };
const give = (wish: Wish) =>
  ada.call('POST /api/grants', { body: { variable: warmth, access: 'read', ...wish } as Required<Wish> });
const revoke = (client: TestClient, id: string) => client.call('DELETE /api/grants/:id', { params: { id } });
const setDial = (client: TestClient, value: number) =>
  client.call('PUT /api/variables/:id/value', { params: { id: dial }, body: { value } });
const makeUnit = (client: TestClient, name: string, visibility: 'private' | 'local' = 'private') =>
  client.call('POST /api/units', { body: { name, schema, visibility } });
const deleteUnit = (client: TestClient, id: string) => client.call('DELETE /api/units/:id', { params: { id } });
async function open(client: TestClient, query: Parameters<typeof livePage>[1]): Promise<LivePage> {
  const page = await livePage(client, query);
  pages.push(page);
  return page;
}

describe('a grant', () => {
  test('is listed for who gave it and for who holds it, with the address and the value', async () => {
    const given = await give({ user: 'BOB' });
    expect(given).toMatchObject({
      variable: warmth,
      address: 'ada:/home/Back yard/Shed#warmth',
      access: 'read',
      to: { user: 'bob', unit: null },
    });
    expect((await ada.call('GET /api/grants')).given).toEqual([given]);
    const [held, ...others] = (await bob.call('GET /api/grants')).held;
    expect(others).toEqual([]);
    expect(held).toMatchObject({
      id: given.id,
      address: given.address,
      via: null,
      unit: { id: shed.id, owner: 'ada' },
      variable: { id: warmth, value: null, visibility: 'private' },
    });
  });

  test('shows the unit with the granted variable alone', async () => {
    await give({ variable: dial, access: 'write', user: 'bob' });
    await setDial(bob, 7);
    const seen = await bob.call('GET /api/units/:id', { params: { id: shed.id } });
    expect(seen).toMatchObject({ name: 'Shed', address: 'ada:/home/Back yard/Shed', presence: 'never', owned: false });
    expect(seen.variables.map(({ name, value }) => [name, value])).toEqual([['dial', 7]]);
    expect((await bob.call('GET /api/units')).map(({ id }) => id)).not.toContain(shed.id);
  });

  test('to a unit is its owner’s, who sees nothing of it once the unit is gone', async () => {
    const lamp = await makeUnit(bob, 'Lamp', 'local');
    const given = await give({ unit: 'Bob:/Lamp' });
    expect(given.to).toEqual({ user: null, unit: { id: lamp.id, owner: 'bob', address: 'bob:/Lamp' } });
    expect((await bob.call('GET /api/grants')).held).toMatchObject([{ via: lamp.id }]);
    await bob.call('GET /api/variables/:id', { params: { id: warmth } });
    await bob.call('PATCH /api/units/:id', { params: { id: lamp.id }, body: { visibility: 'private' } });
    expect((await ada.call('GET /api/grants')).given[0]?.to.unit).toEqual({ id: lamp.id, owner: 'bob', address: null });
    await deleteUnit(bob, lamp.id);
    expect((await bob.send('GET /api/variables/:id', { params: { id: warmth } })).status).toBe(404);
    expect((await ada.call('GET /api/grants')).given).toEqual([]);
  });

  test('can be given by the UUID of a unit, unless it is hidden: then as if it were not there', async () => {
    const lamp = await makeUnit(bob, 'Lamp', 'local');
    expect((await give({ unit: lamp.id })).to.unit?.id).toBe(lamp.id);
    const hidden = await makeUnit(bob, 'Hidden');
    const answers = ['bob:/Hidden', 'bob:/Nothing', 'nobody:/Hidden', hidden.id, uuidv7()].map(async (unit) => {
      const answer = await ada.send('POST /api/grants', { body: { variable: warmth, access: 'read', unit } });
      const { title, code } = (await answer.json()) as { title: string; code: string };
      return { status: answer.status, title, code };
    });
    const all = await Promise.all(answers);
    expect(all[0]).toMatchObject({ status: 404, code: 'not-found' });
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
    for (const { id } of [lamp, hidden]) await deleteUnit(bob, id);
  });

  test.each([
    ['a user who is not there', { user: 'nobody' }, 422, 'There is no user of this name.'],
    ['its owner', { user: 'Ada' }, 422, 'your own'],
    ['a unit of its owner', { unit: 'ada:/home/Back yard/Shed' }, 422, 'your own'],
    ['a variable', { unit: 'ada:/home/Back yard/Shed#dial' }, 422, 'without #'],
    ['what is no address', { unit: 'somewhere' }, 422, 'Write an address'],
    ['nobody', {}, 422, 'Say to whom'],
    ['two at once', { user: 'bob', unit: 'bob:/Lamp' }, 422, 'Say to whom'],
  ])('cannot be given to %s', async (_, to, status, why) => {
    await expect(give(to)).rejects.toMatchObject({ status, message: expect.stringContaining(why) });
  });

  test('fits the direction, is given once, and is the owner’s to give', async () => {
    await expect(give({ access: 'write', user: 'bob' })).rejects.toMatchObject({ status: 422 });
    await expect(give({ variable: dial, user: 'bob' })).rejects.toMatchObject({ status: 422 });
    await give({ user: 'bob' });
    await expect(give({ user: 'bob' })).rejects.toMatchObject({ status: 409 });
    const foreign = { body: { variable: warmth, access: 'read', user: 'admin' } } as const;
    await expect(bob.call('POST /api/grants', foreign)).rejects.toMatchObject({ status: 404 });
  });

  test('is given to 100 on one variable at most', async () => {
    const { id } = await croft.db
      .selectFrom('variables')
      .select('id')
      .where('uuid', '=', warmth)
      .executeTakeFirstOrThrow();
    const names = Array.from({ length: 100 }, (_, index) => `many${index}`);
    const rows = names.map((name) => ({
      username: name,
      usernameKey: name,
      uuid: uuidv7(),
      passwordHash: '-',
      role: 'user' as const,
    }));
    const users = await croft.db.insertInto('users').values(rows).returning('id').execute();
    const grants = users.map((user) => ({ uuid: uuidv7(), variableId: id, access: 'read' as const, userId: user.id }));
    await croft.db.insertInto('grants').values(grants).execute();
    await expect(give({ user: 'bob' })).rejects.toMatchObject({ status: 409, message: expect.stringContaining('100') });
    await croft.db.deleteFrom('users').where('username', 'in', names).execute();
    await give({ user: 'bob' });
  });
});

describe('a grant that ends', () => {
  test.each([
    ['revoked by the owner', () => ada],
    ['given back', () => bob],
  ])('%s: pages fall silent and setting is refused at once', async (_, by) => {
    const { id } = await give({ variable: dial, access: 'write', user: 'bob' });
    const page = await open(bob, { units: shed.id });
    await setDial(ada, 1);
    await eventually(() => expect(page.values()).toEqual([1]));
    await revoke(by(), id);
    await expect(setDial(bob, 2)).rejects.toMatchObject({ status: 404 });
    const own = await open(ada, { units: shed.id });
    let sent = 2;
    // Within a second there is a value that this page does not hear, though the owner's has heard even the next one.
    await eventually(async () => {
      const unheard = ++sent;
      await setDial(ada, unheard);
      await setDial(ada, ++sent);
      await eventually(() => expect(own.values()).toContain(sent));
      expect(page.values()).not.toContain(unheard);
    }, 1_000);
    expect(page.isEnded()).toBe(false);
  });

  test('is nobody else’s to end', async () => {
    const { id } = await give({ user: 'bob' });
    const admin = await croft.administrator();
    await expect(revoke(admin, id)).rejects.toMatchObject({ status: 404 });
    await expect(revoke(ada, uuidv7())).rejects.toMatchObject({ status: 404 });
    expect((await ada.call('GET /api/grants')).given).toHaveLength(1);
  });

  test('cuts the links that lived by it', async () => {
    const { id } = await give({ user: 'bob' });
    const lamp = await makeUnit(bob, 'Lamp');
    const input = lamp.variables.find(({ name }) => name === 'dial')?.id ?? '';
    const link = await bob.call('POST /api/links', { body: { output: warmth, input } });
    expect(link.enabled).toBe(true);
    await revoke(ada, id);
    const [cut] = await bob.call('GET /api/links', { query: {} });
    expect(cut).toMatchObject({ id: link.id, enabled: false });
    const [act] = await bob.call('GET /api/audit', { query: { object: link.id, limit: 1 } });
    expect(act).toMatchObject({ action: 'link.cut', means: 'instance', detail: { why: 'output-not-readable' } });
    await deleteUnit(bob, lamp.id);
  });
});

describe('open pages of their own', () => {
  test('tell both when a grant is given and when it ends', async () => {
    const both = [await open(ada, { mine: '1' }), await open(bob, { presence: 'mine' })];
    const stranger = await open(await croft.administrator(), { mine: '1' });
    const { id } = await give({ user: 'bob' });
    await revoke(bob, id);
    const data = { id, access: 'read', address: 'ada:/home/Back yard/Shed#warmth' };
    for (const page of both) {
      await eventually(() =>
        expect(page.of('grant')).toEqual([
          { ...data, change: 'given' },
          { ...data, change: 'revoked' },
        ]),
      );
    }
    expect(stranger.of('grant')).toEqual([]);
  });
});

describe('who can do what on a unit', () => {
  test('is told to its owner, variable by variable', async () => {
    const { id } = await give({ user: 'bob' });
    await ada.call('PATCH /api/units/:id', { params: { id: shed.id }, body: { visibility: 'trusted' } });
    const access = await ada.call('GET /api/units/:id/access', { params: { id: shed.id } });
    const none = { inputs: 0, outputs: 0 };
    expect(access.visibility).toBe('trusted');
    expect(access.summary).toEqual({
      anyone: none,
      trusted: { inputs: 0, outputs: 1 },
      local: { inputs: 0, outputs: 1 },
      granted: { inputs: 0, outputs: 1 },
    });
    expect(access.variables).toMatchObject([
      { name: 'dial', direction: 'input', effective: 'private', grants: [] },
      { name: 'warmth', direction: 'output', visibility: 'public', effective: 'trusted', grants: [{ id }] },
    ]);
    const asked = bob.call('GET /api/units/:id/access', { params: { id: shed.id } });
    await expect(asked).rejects.toMatchObject({ status: 404 });
    await ada.call('PATCH /api/units/:id', { params: { id: shed.id }, body: { visibility: 'private' } });
  });
});

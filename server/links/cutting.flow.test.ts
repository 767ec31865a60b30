import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance, testPassword } from '../testing/instance.ts';
import { graphOf, type Link } from '../testing/links.ts';

let croft: TestInstance;
let admin: TestClient;
let ada: TestClient;
let hers: ReturnType<typeof graphOf>;

beforeAll(async () => {
  croft = await testInstance();
  admin = await croft.administrator();
  ada = await croft.user('ada');
  hers = graphOf(ada);
});
afterAll(() => croft.close());

let count = 0;

/** Ada's public output on a device, linked by somebody to a unit of their own. */
async function linkedByNeighbour() {
  const name = `ben${++count}`;
  const ben = await croft.user(name);
  const his = graphOf(ben);
  const [source, { unit: target }] = [await hers.makeUnit('token'), await his.makeUnit()];
  await setVisibility(source.unit.id, 'public');
  const link = await his.link([source.unit, 'temperature'], [target, 'level']);
  const device = await tokenDevice(source.env, { port: croft.mqttPort });
  await device.publish('output/temperature', 1);
  return {
    name,
    ben,
    his,
    source: source.unit,
    target,
    link,
    device,
    send: (v: number) => device.publish('output/temperature', v),
  };
}
type Linked = Awaited<ReturnType<typeof linkedByNeighbour>>;

const setVisibility = (id: string, visibility: 'private' | 'local' | 'public') =>
  ada.call('PATCH /api/units/:id', { params: { id }, body: { visibility } });

const seenBy = async (client: TestClient, { id }: Link) => client.call('GET /api/links/:id', { params: { id } });

async function expectCut({ his, source, target, link, ben }: Linked): Promise<void> {
  expect(await his.valuesOf(target, 'level')).toEqual([1]);
  expect(await seenBy(ben, link)).toMatchObject({ enabled: false, whyCut: 'output-not-readable' });
  expect(await seenBy(ada, link)).toMatchObject({ enabled: false, whyCut: 'output-not-readable' });
  const detail = 'The link temperature → level was switched off: who made it may no longer read the output.';
  const row = expect.objectContaining({ reason: 'link-cut', detail, topic: `link/${link.id}` });
  expect(await his.refusalsOf(target)).toContainEqual(row);
  expect(await hers.refusalsOf(source)).toContainEqual(row);
}

describe('a link is cut before the next message', () => {
  test('when the unit is shown to fewer people; it works again when somebody with the rights switches it on', async () => {
    const linked = await linkedByNeighbour();
    await setVisibility(linked.source.id, 'private');
    await linked.send(2);
    await expectCut(linked);
    // What may not be seen any more has no name either.
    expect((await seenBy(linked.ben, linked.link)).output).toMatchObject({ owner: 'ada', id: null, name: null });
    await setVisibility(linked.source.id, 'public');
    await linked.send(3);
    await expect(hers.change(linked.link, { enabled: true })).rejects.toThrow('403');
    await linked.his.change(linked.link, { enabled: true });
    await linked.send(4);
    expect(await linked.his.valuesOf(linked.target, 'level')).toEqual([1, 4]);
    expect(await seenBy(ada, linked.link)).toMatchObject({ enabled: true, whyCut: '' });
    await linked.device.close();
  });

  test('when the output alone is', async () => {
    const linked = await linkedByNeighbour();
    const id = hers.variableOf(linked.source, 'temperature');
    await ada.call('PATCH /api/variables/:id', { params: { id }, body: { visibility: 'private' } });
    await linked.send(2);
    await expectCut(linked);
    await expect(linked.his.change(linked.link, { enabled: true })).rejects.toThrow('403');
    await linked.device.close();
  });

  test('but not when who made it may still read', async () => {
    const linked = await linkedByNeighbour();
    await setVisibility(linked.source.id, 'local');
    await linked.send(2);
    expect(await linked.his.valuesOf(linked.target, 'level')).toEqual([1, 2]);
    await linked.device.close();
  });

  test('when an account at it is locked', async () => {
    const linked = await linkedByNeighbour();
    const id = (await admin.call('GET /api/users')).find(({ username }) => username === linked.name)?.id ?? '';
    await admin.call('PATCH /api/users/:id', { params: { id }, body: { locked: true } });
    await linked.send(2);
    expect(await seenBy(ada, linked.link)).toMatchObject({ enabled: false, whyCut: 'account-locked' });
    await admin.call('PATCH /api/users/:id', { params: { id }, body: { locked: false } });
    await linked.ben.call('POST /api/sessions', { body: { username: linked.name, password: testPassword } });
    await linked.send(3);
    expect(await linked.his.valuesOf(linked.target, 'level')).toEqual([1]);
    await linked.his.change(linked.link, { enabled: true });
    await linked.send(4);
    expect(await linked.his.valuesOf(linked.target, 'level')).toEqual([1, 4]);
    await linked.device.close();
  });
});

describe('a link goes', () => {
  test('with the unit, the variable or the account at its other end, and its owner is told', async () => {
    const take: ((linked: Linked) => Promise<unknown>)[] = [
      ({ ben, target }) => ben.call('DELETE /api/units/:id', { params: { id: target.id } }),
      ({ ben, target }) => ben.call('PUT /api/units/:id/schema', { params: { id: target.id }, body: { schema: {} } }),
      ({ ben }) => ben.call('POST /api/me/deletion', { body: { password: testPassword } }),
    ];
    for (const remove of take) {
      const linked = await linkedByNeighbour();
      await remove(linked);
      await linked.send(2);
      await expect(seenBy(ada, linked.link)).rejects.toThrow('404');
      const rows = await hers.refusalsOf(linked.source);
      expect(rows.map(({ reason, count }) => [reason, count])).toEqual([['link-cut', 1]]);
      expect(rows[0]?.detail).toContain('temperature → level is gone');
      await linked.device.close();
    }
  });

  test('with who made it, though both ends stay', async () => {
    const linked = await linkedByNeighbour();
    const { id } = linked.link;
    const carl = await croft.user(`carl${++count}`);
    // The rights of a maker without an end come with grants; until then one is made by hand.
    await croft.db
      .updateTable('links')
      .set(({ selectFrom }) => ({ createdBy: selectFrom('users').select('id').where('username', '=', `carl${count}`) }))
      .where('uuid', '=', id)
      .execute();
    await carl.call('POST /api/me/deletion', { body: { password: testPassword } });
    await expect(seenBy(ada, linked.link)).rejects.toThrow('404');
    await eventually(async () => {
      await linked.send(2);
      expect(await hers.refusalsOf(linked.source)).toMatchObject([{ reason: 'link-cut', count: 1 }]);
    });
    expect(await linked.his.refusalsOf(linked.target)).toMatchObject([{ reason: 'link-cut', count: 1 }]);
    expect(await linked.his.valuesOf(linked.target, 'level')).toEqual([1]);
    await linked.device.close();
  });
});

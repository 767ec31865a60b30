import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { templateOf } from '../testing/templates.ts';
import { unitOf } from './testing.ts';

const schema = { output_variables: { n: { type: 'integer' } } };
const after = { output_variables: { n: { type: 'integer' }, m: { type: 'integer' } } };

let croft: TestInstance;
let owner: TestClient;
beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
});
afterAll(() => croft.close());

/** Three units at v1, with v2 there. */
async function fleet() {
  const template = await templateOf(croft.db, owner);
  await template.add({ label: 'v1', schema, files: { 'unit.py': '# 1' } });
  const units: Awaited<ReturnType<typeof unitOf>>[] = [];
  for (let count = 0; count < 3; count++) units.push(await unitOf(croft, owner, template));
  await template.add({ label: 'v2', schema: after, files: { 'unit.py': '# 2' } });
  const [first, second, third] = units;
  if (!first || !second || !third) throw new Error('three were made');
  const params = { id: template.id };
  const order = (body: { units?: string[]; staged?: boolean; version?: string } = {}) =>
    owner.call('POST /api/templates/:id/updates', {
      params,
      body: { units: units.map((one) => one.unit.id), ...body },
    });
  return { template, first, second, third, order };
}

test('staged: the first one goes, the others wait for it and go when it came back well', async () => {
  const { first, second, third, order } = await fleet();
  const updates = await order();
  expect(updates.map(({ unit, status }) => [unit, status])).toEqual([
    [first.unit.id, 'ordered'],
    [second.unit.id, 'waiting'],
    [third.unit.id, 'waiting'],
  ]);
  // What waits has changed nothing: its program is the old one, and so is what it has.
  expect(await second.names()).toEqual(['n']);
  expect(JSON.parse((await unitsManifest(second)).text).version).toMatch(/^v1/);
  await first.takeUpdate('done');
  for (const one of [second, third]) {
    await one.reaches('ordered');
    await one.takeUpdate('done');
    await one.reaches('done');
    expect(await one.names()).toEqual(['n', 'm']);
  }
});

const unitsManifest = async (one: Awaited<ReturnType<typeof unitOf>>) => {
  await (await one.start()).close();
  return one.fetch('firmware');
};

test('staged: when the first one fails the others are cancelled, and told why', async () => {
  const { first, second, third, order } = await fleet();
  await order();
  await first.takeUpdate('failed', 'taken back after 10 starts');
  for (const one of [second, third]) {
    const update = await one.reaches('cancelled');
    expect(update?.detail).toBe(`“${first.name}”, which went first, failed: taken back after 10 starts`);
    expect(await one.names()).toEqual(['n']);
  }
});

test('staged: the same when the first one is cancelled, or is gone; one that waits can be cancelled alone', async () => {
  const { first, second, third, order } = await fleet();
  const [one, , last] = await order();
  const cancel = (id = '') => owner.call('DELETE /api/updates/:id', { params: { id } });
  expect(await cancel(last?.id)).toMatchObject({ status: 'cancelled' });
  expect(await cancel(one?.id)).toMatchObject({ status: 'cancelled' });
  expect((await second.reaches('cancelled'))?.detail).toBe(`“${first.name}”, which went first, was cancelled.`);
  expect(await third.updates()).toMatchObject([{ status: 'cancelled', detail: '' }]);

  await order();
  await owner.call('DELETE /api/units/:id', { params: { id: first.unit.id } });
  await croft.restart();
  expect((await second.reaches('cancelled'))?.detail).toBe('The unit that was to go first is gone.');
});

test('staged: what the end of the first one brings is made good at the next start', async () => {
  const { first, second, order } = await fleet();
  const [update] = await order();
  const finished = { status: 'done', finishedAt: new Date() } as const;
  await croft.db
    .updateTable('unitUpdates')
    .set(finished)
    .where('uuid', '=', update?.id ?? '')
    .execute();
  expect(await second.reaches('waiting')).toBeDefined();
  await croft.restart();
  await second.reaches('ordered');
  expect(first.unit.id).toBe(update?.unit);
});

test('not staged: all at once', async () => {
  const { order } = await fleet();
  expect((await order({ staged: false })).map(({ status }) => status)).toEqual(['ordered', 'ordered', 'ordered']);
});

test('many at once: the answer does not wait for all of them, and all begin', async () => {
  const template = await templateOf(croft.db, owner);
  await template.add({ label: 'v1', schema, files: { 'unit.py': '# 1' } });
  const made = Array.from({ length: 40 }, (_, n) => ({ name: `One of many ${n}`, template: template.id }));
  const units = await Promise.all(made.map(async (body) => (await owner.call('POST /api/units', { body })).id));
  const params = { id: template.id };
  const updates = await owner.call('POST /api/templates/:id/updates', { params, body: { units, staged: false } });
  expect(updates.map(({ unit }) => unit)).toEqual(units);
  expect(new Set(updates.slice(0, 25).map(({ status }) => status))).toEqual(new Set(['ordered']));
  await eventually(async () => {
    const listed = await owner.call('GET /api/templates/:id/units', { params });
    expect(listed.map(({ update }) => update?.status)).toEqual(Array(40).fill('ordered'));
  });
});

test('all or none: each unit that cannot be updated is named', async () => {
  const { template, first, second, third, order } = await fleet();
  await second.order();
  await owner.call('PATCH /api/units/:id', { params: { id: third.unit.id }, body: { security: 'token' } });
  const other = await owner.call('POST /api/units', { body: { name: `Other than ${first.name}`, schema } });
  const units = [first, second, third].map((one) => one.unit.id);
  await expect(order({ units: [...units, other.id] })).rejects.toMatchObject({
    status: 409,
    issues: expect.arrayContaining([
      { path: '/units/1', message: `${second.name}: An update is under way already: wait for it, or cancel it.` },
      { path: '/units/2', message: expect.stringContaining('Only a sealed unit') },
      { path: '/units/3', message: `${other.name}: It was not made from this template.` },
    ]),
  });
  expect(await first.updates()).toEqual([]);
  const eve = await croft.user(`eve-${template.id.slice(-6)}`);
  const call = eve.call('POST /api/templates/:id/updates', { params: { id: template.id }, body: { units } });
  await expect(call).rejects.toThrow(/404/);
});

test('units are listed with how far they are behind, for their owner alone', async () => {
  const { template, first, order } = await fleet();
  const list = (client: TestClient) => client.call('GET /api/templates/:id/units', { params: { id: template.id } });
  expect((await list(owner)).map(({ isBehind, version }) => [isBehind, version.label])).toEqual(
    Array(3).fill([true, 'v1']),
  );
  await order({ units: [first.unit.id] });
  expect((await list(owner)).find(({ id }) => id === first.unit.id)).toMatchObject({
    ...{ name: first.name, address: `ada:/${first.name}`, isBehind: true },
    update: { status: 'ordered', from: 'v1', to: 'v2' },
  });
  const bob = await croft.user(`bob-${template.id.slice(-6)}`);
  await expect(list(bob)).rejects.toThrow(/404/);
  await croft.db.updateTable('templates').set({ visibility: 'local' }).where('uuid', '=', template.id).execute();
  expect(await list(bob)).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dropOldVersions } from '../templates/versions-store.ts';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { livePage } from '../testing/live-page.ts';
import { type TestTemplate, templateOf } from '../testing/templates.ts';
import { unitOf } from './testing.ts';

const before = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { warmth: { type: 'number' }, old: { type: 'integer' } },
};
const after = {
  input_variables: { lamp: { type: 'boolean' }, level: { type: 'integer' } },
  output_variables: { warmth: { type: 'string' }, fresh: { type: 'integer' } },
};
const union = ['lamp', 'level', 'warmth', 'old', 'fresh'];

let croft: TestInstance;
let owner: TestClient;
beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
});
afterAll(() => croft.close());

/** A unit at v1, with v2 there. */
async function unitBehind() {
  const template = await templateOf(croft.db, owner);
  await template.add({ label: 'v1', schema: before, example: { PIN: 1 }, files: { 'unit.py': '# 1' } });
  const one = await unitOf(croft, owner, template);
  const version = await template.add({
    ...{ label: 'v2', schema: after, example: { PIN: 1, NAME: 'x' } },
    files: { 'unit.py': '# 2', 'lib/extra.py': 'x = 1' },
  });
  return { ...one, template, version };
}
const unitsOfTemplate = ({ id }: TestTemplate) => owner.call('GET /api/templates/:id/units', { params: { id } });
const cancel = (id: string) => owner.call('DELETE /api/updates/:id', { params: { id } });

describe('an update over the air', () => {
  test('goes ordered → fetching → trial → done, with progress, live, and in the history', async () => {
    const { unit, name, order, start, fetchAll, reaches, shown, names, updates, template, version } =
      await unitBehind();
    expect(await unitsOfTemplate(template)).toMatchObject([{ id: unit.id, name, isBehind: true, update: null }]);
    const page = await livePage(owner, { units: unit.id });
    const update = await order();
    expect(update).toMatchObject({ unit: unit.id, from: 'v1', to: 'v2', overTheAir: true, status: 'ordered' });
    expect(update).toMatchObject({ filesFetched: 0, bytesFetched: 0, finishedAt: null });
    expect((await names()).toSorted()).toEqual(union.toSorted());
    expect((await shown()).template?.version.label).toBe('v1');

    const device = await start();
    const [command] = (await eventually(() => {
      expect(device.heardOn('command')).toMatchObject([{ command: 'update', args: [] }]);
      return device.heardOn('command');
    })) as { id: string }[];
    await device.publish('receipt', { id: command?.id, status: 'received' });
    // The old program still speaks, and so may the new one.
    await device.publish('output/old', 1);
    await device.publish('output/fresh', 2);
    await device.close();
    expect((await updates())[0]?.status).toBe('ordered');

    const { version: label, files } = await fetchAll();
    expect(label).toMatch(/^v2\+[0-9a-f]{7}$/);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    expect(await reaches('fetching')).toMatchObject({ filesFetched: files.length, bytesFetched: bytes });
    const again = await start();
    await reaches('trial');
    await again.publish('receipt', { id: command?.id, status: 'done', detail: `version ${label}` });
    expect(await reaches('done')).toMatchObject({ detail: `version ${label}`, finishedAt: expect.any(String) });
    expect((await names()).toSorted()).toEqual(['fresh', 'lamp', 'level', 'warmth']);
    const now = await shown();
    expect(now).toMatchObject({ schema: after, example: { PIN: 1, NAME: 'x' }, settable: ['PIN', 'NAME'] });
    expect(now.template).toMatchObject({ version: { id: version, label: 'v2' }, isBehind: false });
    expect(await unitsOfTemplate(template)).toMatchObject([{ isBehind: false, update: { id: update.id } }]);
    await again.publish('output/warmth', 'as a text');
    await again.close();

    await eventually(() => {
      const told = page.of('update') as { id: string; status: string; filesFetched: number }[];
      expect(new Set(told.map(({ id }) => id))).toEqual(new Set([update.id]));
      expect([...new Set(told.map(({ status }) => status))]).toEqual(['ordered', 'fetching', 'trial', 'done']);
      expect(Math.max(...told.map(({ filesFetched }) => filesFetched))).toBe(files.length);
    });
    await page.close();
  });

  test('that fails leaves the old version, and the reason', async () => {
    const { order, takeUpdate, reaches, names, shown, updates } = await unitBehind();
    await order();
    await takeUpdate('failed', 'taken back after 10 starts without a good minute');
    expect(await reaches('failed')).toMatchObject({ detail: expect.stringContaining('taken back') });
    expect((await names()).toSorted()).toEqual(['lamp', 'old', 'warmth']);
    const now = await shown();
    expect(now).toMatchObject({ schema: before, template: { version: { label: 'v1' }, isBehind: true } });
    expect(now.variables.find(({ name }) => name === 'warmth')?.definition).toEqual({ type: 'number' });
    // It can be tried again, and the history keeps both.
    await order();
    await takeUpdate('done');
    await reaches('done');
    expect((await updates()).map(({ status }) => status)).toEqual(['done', 'failed']);
  });

  test('that expires, or whose command is cancelled, is over; the old version stays', async () => {
    const { unit, order, reaches, names } = await unitBehind();
    await order();
    const expiresAt = new Date();
    const id = croft.db.selectFrom('units').select('id').where('uuid', '=', unit.id);
    await croft.db.updateTable('commands').set({ expiresAt }).where('unitId', '=', id).execute();
    expect(await reaches('failed', 10_000)).toMatchObject({ detail: 'The time for it ran out.' });
    await order();
    const [command] = await owner.call('GET /api/units/:id/commands', { params: { id: unit.id } });
    await owner.call('DELETE /api/commands/:id', { params: { id: command?.id ?? '' } });
    await reaches('cancelled');
    expect((await names()).toSorted()).toEqual(['lamp', 'old', 'warmth']);
  });

  test('can be cancelled until the board has begun', async () => {
    const { unit, order, start, fetch, names } = await unitBehind();
    const first = await order();
    expect(await cancel(first.id)).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
    expect((await names()).toSorted()).toEqual(['lamp', 'old', 'warmth']);
    await expect(cancel(first.id)).rejects.toThrow(/409/);
    const second = await order();
    const device = await start();
    const [command] = (await eventually(() => {
      expect(device.heardOn('command')).toHaveLength(1);
      return device.heardOn('command');
    })) as { id: string }[];
    await device.publish('receipt', { id: command?.id, status: 'received' });
    await expect(cancel(second.id)).rejects.toThrow(/409.*begun/);
    expect(JSON.parse((await fetch('firmware')).text).version).toMatch(/^v2/);
    await expect(cancel(second.id)).rejects.toThrow(/409.*begun/);
    const stranger = await croft.user(`stranger-${unit.id.slice(-6)}`);
    await expect(stranger.call('DELETE /api/updates/:id', { params: { id: second.id } })).rejects.toThrow(/404/);
    await device.close();
  });

  test('keeps the version it leads to, however many newer ones come', async () => {
    const { order, takeUpdate, reaches, shown, template } = await unitBehind();
    await order();
    for (const label of ['v3', 'v4', 'v5']) await template.add({ label, schema: after, files: { 'unit.py': '#' } });
    const row = croft.db.selectFrom('templates').select('id').where('uuid', '=', template.id);
    await dropOldVersions(croft.db, (await row.executeTakeFirstOrThrow()).id, 1);
    await takeUpdate('done');
    await reaches('done');
    expect((await shown()).template).toMatchObject({
      version: { label: 'v2' },
      latest: { label: 'v5' },
      isBehind: true,
    });
  });

  test('goes on where the instance was stopped between the receipt and what follows from it', async () => {
    const { order, reaches, names } = await unitBehind();
    const { id } = await order();
    const row = croft.db.selectFrom('unitUpdates').select('commandUuid').where('uuid', '=', id);
    const { commandUuid } = await row.executeTakeFirstOrThrow();
    const finished = { status: 'done', finishedAt: new Date() } as const;
    await croft.db.updateTable('commands').set(finished).where('uuid', '=', commandUuid).execute();
    expect(await reaches('ordered')).toMatchObject({ id });
    await croft.restart();
    await reaches('done');
    expect((await names()).toSorted()).toEqual(['fresh', 'lamp', 'level', 'warmth']);
  });
});

describe('is refused, and why', () => {
  test('one beside another, or beside new keys', async () => {
    const { unit, order } = await unitBehind();
    const params = { id: unit.id };
    const { id } = await order();
    await expect(order()).rejects.toThrow(/409.*under way/);
    await expect(order({ overTheAir: false })).rejects.toThrow(/409.*under way/);
    const keys = () => owner.call('POST /api/units/:id/keys', { params, body: { overlap: true } });
    await expect(keys()).rejects.toThrow(/409.*update of the program is under way/);
    await cancel(id);
    await keys();
    await expect(order()).rejects.toThrow(/409.*keys/);
  });

  test('a unit without a template, of the level token, or simulated; a version of another template', async () => {
    const { unit, order, template } = await unitBehind();
    const made = await owner.call('POST /api/units', { body: { name: 'Of its own', schema: before } });
    const orderFor = (id: string) => owner.call('POST /api/units/:id/updates', { params: { id }, body: {} });
    await expect(orderFor(made.id)).rejects.toThrow(/409.*template/);
    const other = await templateOf(croft.db, owner);
    const version = await other.add({ label: 'w1', schema: before });
    await expect(order({ version })).rejects.toThrow(/404/);
    await owner.call('PATCH /api/units/:id', { params: { id: unit.id }, body: { security: 'token' } });
    await expect(order()).rejects.toThrow(/409.*sealed/);
    expect(await order({ overTheAir: false })).toMatchObject({ status: 'done', overTheAir: false });
    expect(template.id).not.toBe(other.id);
  });

  test.each([
    ['no program', {}, /no program/],
    ['a name that no board takes', { 'a b.py': '' }, /"a b.py" is no name/],
    ['a file the board keeps itself', { 'unit.py': '', 'env.json': '{}' }, /board keeps itself/],
    ['x.py and x.mpy', { 'lib/x.py': '', 'lib/x.mpy': '' }, /one of the two: lib\/x.mpy and lib\/x.py/],
    ['too many files', Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`lib/part${n}.py`, ''])), /room for/],
  ])('a version with %s', async (_name, files, problem) => {
    const { order, template, names } = await unitBehind();
    await template.add({ label: 'v3', schema: after, files });
    await expect(order()).rejects.toThrow(problem);
    expect((await names()).toSorted()).toEqual(['lamp', 'old', 'warmth']);
  });
});

test('by hand: the version and its schema are the unit’s at once, and the history says so', async () => {
  const { order, shown, names, updates, fetch } = await unitBehind();
  expect(await order({ overTheAir: false })).toMatchObject({ from: 'v1', to: 'v2', status: 'done', overTheAir: false });
  expect((await names()).toSorted()).toEqual(['fresh', 'lamp', 'level', 'warmth']);
  expect((await shown()).template).toMatchObject({ version: { label: 'v2' }, isBehind: false });
  expect(await updates()).toHaveLength(1);
  expect(JSON.parse((await fetch('firmware')).text).version).toMatch(/^v2\+/);
});

test('settings that a new version does not ask for are kept, and come back with one that does', async () => {
  const { unit, order, shown, template } = await unitBehind();
  const params = { id: unit.id };
  await owner.call('PUT /api/units/:id/settings', { params, body: { PIN: 7 } });
  await template.add({ label: 'v3', schema: after, example: { PIN: 'D1' } });
  await order({ overTheAir: false });
  expect((await shown()).settings).toEqual({});
  await template.add({ label: 'v4', schema: after, example: { PIN: 1 } });
  await order({ overTheAir: false });
  expect((await shown()).settings).toEqual({ PIN: 7 });
});

test('the last hundred are kept', async () => {
  const { order, updates } = await unitBehind();
  const first = await order({ overTheAir: false });
  for (let count = 0; count < 100; count++) await order({ overTheAir: false });
  const kept = await updates();
  expect(kept).toHaveLength(100);
  expect(kept.map(({ id }) => id)).not.toContain(first.id);
});

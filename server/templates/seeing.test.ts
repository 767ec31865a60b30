import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { files, problem, type TemplatesKit, templatesKit, zipOf } from './testing.ts';

let kit: TemplatesKit;
let croft: TemplatesKit['croft'];
let ada: TemplatesKit['ada'];
let bob: TemplatesKit['bob'];
beforeAll(async () => {
  kit = await templatesKit();
  ({ croft, ada, bob } = kit);
});
afterAll(() => kit.close());

describe('a template is seen', () => {
  test.each([
    ['private', 404, 404],
    ['local', 200, 404],
    ['public', 200, 200],
  ] as const)('when %s: by other users %i, by anybody %i', async (visibility, users, anybody) => {
    const { url } = await kit.repositoryWith(files);
    const { id, name, latest } = await kit.made(url, { visibility });
    const version = latest?.id ?? '';
    for (const [client, status] of [
      [bob, users],
      [await croft.administrator(), users],
      [croft.anonymous, anybody],
    ] as const) {
      for (const path of [
        '',
        '/versions',
        '/versions/:version',
        '/versions/:version/files',
        '/versions/:version/zip',
      ]) {
        const answer = await client.send(`GET /api/templates/:id${path}`, { params: { id, version } });
        expect([path, answer.status]).toEqual([path, status]);
      }
      const found = await client.call('GET /api/templates', { query: { search: name } });
      expect(found.map((one) => one.id)).toEqual(status === 200 ? [id] : []);
    }
    const unit = await bob.send('POST /api/units', { body: { name: `From ${name}`, template: id } });
    expect(unit.status).toBe(users === 200 ? 201 : 404);
    for (const key of ['PATCH /api/templates/:id', 'DELETE /api/templates/:id', 'POST /api/templates/:id/check']) {
      expect((await bob.send(key, { params: { id }, body: {} })).status).toBe(404);
    }
  });

  test('by others without what is its owner’s business', async () => {
    const { url } = await kit.repositoryWith(files, { token: 'right' });
    const { id } = await kit.made(url, { visibility: 'public', token: 'right' });
    await ada.call('PATCH /api/templates/:id', { params: { id }, body: { token: 'wrong' } });
    expect((await kit.settled(id)).failure).not.toBe('');
    await kit.unitFrom(id, 'Of Ada');
    const seen = await kit.show(id, bob);
    expect(seen).toMatchObject({ owned: false, failure: '', reading: null, units: 0, git: { hasToken: false } });
  });

  test('with the caller’s units that are made from it, and those that are behind', async () => {
    const repository = await kit.repositoryWith(files);
    const { id } = await kit.made(repository.url, { visibility: 'local' });
    await kit.unitFrom(id, 'First');
    await kit.unitFrom(id, 'Of Bob', bob);
    expect(await kit.show(id)).toMatchObject({ units: 1, unitsBehind: 0 });
    await repository.commit({ ...files, 'a.py': '' });
    await kit.checked(id);
    await kit.unitFrom(id, 'Second');
    expect(await kit.show(id)).toMatchObject({ units: 2, unitsBehind: 1 });
    expect(await kit.show(id, bob)).toMatchObject({ units: 1, unitsBehind: 1 });
  });
});

test('a template that units are made from stays, and so do their versions', async () => {
  const { url } = await kit.repositoryWith(files);
  const { id } = await kit.made(url, { visibility: 'local' });
  const unit = await kit.unitFrom(id, 'Keeps it');
  const other = await kit.unitFrom(id, 'Keeps it too', bob);
  const remove = () => ada.call('DELETE /api/templates/:id', { params: { id } });
  expect(await problem(remove())).toMatchObject({
    status: 409,
    message: expect.stringContaining('2 units are made from this template, 1 of them of other users'),
  });
  await ada.call('DELETE /api/units/:id', { params: { id: unit.id } });
  expect((await problem(remove())).message).toContain('1 unit is made from this template, of other users');
  await bob.call('DELETE /api/units/:id', { params: { id: other.id } });
  await remove();
  expect((await problem(kit.show(id))).status).toBe(404);
});

test('those that come with the instance are seen and used by everybody, and changed by nobody', async () => {
  const builtIn = (await croft.anonymous.call('GET /api/templates')).filter(({ source }) => source === 'built-in');
  expect(builtIn.map(({ name, latest }) => [name, latest?.direction])).toEqual([
    ['Climate (DHT22)', 'tx'],
    ['Fan that follows a temperature', 'rxtx'],
    ['Relay with a button', 'rxtx'],
  ]);
  const [climate] = builtIn;
  expect(climate).toMatchObject({
    owner: null,
    owned: false,
    visibility: 'public',
    git: null,
    latest: { label: '0.1.0' },
  });
  expect((await kit.unitFrom(climate?.id ?? '', 'From an example')).direction).toBe('tx');
  expect(
    (
      await problem(
        (await croft.administrator()).call('DELETE /api/templates/:id', { params: { id: climate?.id ?? '' } }),
      )
    ).status,
  ).toBe(404);
  await croft.restart();
  const versions = await ada.call('GET /api/templates/:id/versions', { params: { id: climate?.id ?? '' } });
  expect(versions).toHaveLength(1);
});

test('nobody has more than 100 templates', async () => {
  const carl = await croft.user('carl');
  const { id: uuid } = await carl.call('GET /api/me');
  const { id } = await croft.db.selectFrom('users').select('id').where('uuid', '=', uuid).executeTakeFirstOrThrow();
  const rows = Array.from({ length: 99 }, (_, index) => ({
    ownerId: id,
    name: `T${index}`,
    uuid: crypto.randomUUID(),
  }));
  await croft.db.insertInto('templates').values(rows).execute();
  const importOne = (name: string) => carl.call('POST /api/templates/import', { query: { name }, body: zipOf(files) });
  const both = await Promise.allSettled([importOne('One'), importOne('Two')]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { files, problem, type Template, type TemplatesKit, templatesKit } from './testing.ts';

let kit: TemplatesKit;
let croft: TemplatesKit['croft'];
let server: TemplatesKit['server'];
let ada: TemplatesKit['ada'];
beforeAll(async () => {
  kit = await templatesKit();
  ({ croft, server, ada } = kit);
});
afterEach(() => kit.server.intercept());
afterAll(() => kit.close());

describe('what is followed', () => {
  test('is a branch: a new commit makes a new version, the same one makes none', async () => {
    const repository = await kit.repositoryWith(files);
    const { id, latest } = await kit.made(repository.url);
    expect((await kit.checked(id)).latest).toEqual(latest);
    const second = await repository.commit({ ...files, 'unit.py': 'new' });
    expect((await kit.checked(id)).latest?.commit).toBe(second);
    expect((await kit.versionsOf(id)).map(({ commit }) => commit)).toEqual([second, repository.first]);
    // Back to where it was: the version is there already.
    await repository.move('main', repository.first);
    expect((await kit.checked(id)).latest?.commit).toBe(repository.first);
    expect(await kit.versionsOf(id)).toHaveLength(2);
  });

  test('is the newest tag; one that was moved gets a label of its own', async () => {
    const repository = await kit.repositoryWith(files);
    await repository.tag('v1.0.0', repository.first);
    const { id, latest } = await kit.made(repository.url, { follow: { mode: 'tag' } });
    expect(latest?.label).toBe('v1.0.0');
    const second = await repository.commit({ ...files, 'a.py': '' });
    expect((await kit.checked(id)).latest?.label).toBe('v1.0.0');
    await repository.tag('v1.0.0', second);
    expect((await kit.checked(id)).latest?.label).toBe(`v1.0.0 (${second.slice(0, 7)})`);
    await repository.annotate('v1.1.0', second);
    await repository.annotate('v1.1.0', await repository.commit({ ...files, 'b.py': '' }));
    expect((await kit.checked(id)).latest?.label).toBe('v1.1.0');
  });

  test('is a commit for good, by default the one that the default branch is at', async () => {
    const repository = await kit.repositoryWith(files);
    const { id, git, latest } = await kit.made(repository.url, { follow: { mode: 'commit', commit: '' } });
    expect(git?.follow).toEqual({ mode: 'commit', commit: repository.first });
    await repository.commit({ ...files, 'a.py': '' });
    expect((await kit.checked(id)).latest).toEqual(latest);
    // Asked for the present one anew.
    await ada.call('PATCH /api/templates/:id', { params: { id }, body: { follow: { mode: 'commit', commit: '' } } });
    expect((await kit.settled(id)).latest?.commit).not.toBe(repository.first);
  });

  test('is not looked at again right away, nor twice at once', async () => {
    const { url } = await kit.repositoryWith(files);
    const { id } = await kit.made(url);
    expect(await problem(kit.check(id))).toMatchObject({ status: 429 });
    await kit.forget(id);
    const release = Promise.withResolvers<void>();
    server.intercept(async () => {
      await release.promise;
      return false;
    });
    const before = server.asked.length;
    const answers = await Promise.all([kit.check(id), kit.check(id), kit.check(id)]);
    expect(answers.every(({ reading }) => reading !== null)).toBe(true);
    await eventually(() => expect(server.asked.length).toBeGreaterThan(before));
    expect(server.asked.length).toBe(before + 1);
    release.resolve();
    await kit.settled(id);
  });
});

test('two repositories are read at once, others wait; who waits can be changed and deleted', async () => {
  const { url } = await kit.repositoryWith(files);
  const release = Promise.withResolvers<void>();
  server.intercept(async () => {
    await release.promise;
    return false;
  });
  const all: Template[] = [];
  for (let number = 0; number < 4; number++) {
    all.push(await ada.call('POST /api/templates', { body: { name: `Many ${number}`, url } }));
  }
  const phases = async () => Promise.all(all.map(async ({ id }) => (await kit.show(id)).reading?.phase));
  await eventually(async () => expect(await phases()).toEqual(['connecting', 'connecting', 'waiting', 'waiting']));
  const [first, second, third, fourth] = all.map(({ id }) => id);
  await ada.call('DELETE /api/templates/:id', { params: { id: third ?? '' } });
  await ada.call('PATCH /api/templates/:id', { params: { id: fourth ?? '' }, body: { folder: 'none' } });
  await ada.call('DELETE /api/templates/:id', { params: { id: first ?? '' } });
  release.resolve();
  expect(await kit.settled(second ?? '')).toMatchObject({ failure: '', latest: { direction: 'rxtx' } });
  expect((await kit.settled(fourth ?? '')).failure).toBe('There is no folder “none” in the repository.');
});

test('a reading that a restart interrupts is taken up again', async () => {
  const { url, first } = await kit.repositoryWith(files);
  let isHeld = true;
  server.intercept(() => isHeld);
  const { id } = await ada.call('POST /api/templates', { body: { name: 'Interrupted', url } });
  await eventually(async () => expect((await kit.show(id)).reading?.phase).toBe('connecting'));
  const restarting = croft.restart();
  await restarting;
  isHeld = false;
  // What the new start asked for meanwhile gets no answer any more: it is asked again.
  await eventually(async () => expect((await kit.show(id)).reading?.phase).toBe('connecting'));
  await croft.restart();
  expect((await kit.settled(id)).latest?.commit).toBe(first);
}, 60_000);

test('the newest 30 versions are kept, and those that units are made from', async () => {
  const repository = await kit.repositoryWith(files);
  const { id } = await kit.made(repository.url);
  const template = await croft.db.selectFrom('templates').selectAll().where('uuid', '=', id).executeTakeFirstOrThrow();
  await kit.unitFrom(id, 'Of the first version');
  const row = { templateId: template.id, schema: '{}', example: '{}', direction: 'none' } as const;
  const numbers = Array.from({ length: 33 }, (_, index) => index);
  for (const number of numbers) {
    const uuid = `00000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
    await croft.db
      .insertInto('templateVersions')
      .values({ ...row, uuid, label: `old ${number}` })
      .execute();
  }
  await repository.commit({ ...files, 'a.py': '' });
  await kit.checked(id);
  const labels = (await kit.versionsOf(id)).map(({ label }) => label);
  expect(labels).toHaveLength(31);
  expect(labels.slice(1, 3)).toEqual(['old 32', 'old 31']);
  expect(labels.at(-1)).toBe(repository.first.slice(0, 10));
});

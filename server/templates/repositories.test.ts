import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { forever, type ReadingKit, readingKit, source } from './testing.ts';

let kit: ReadingKit;
beforeAll(async () => {
  kit = await readingKit();
});
afterEach(() => kit.server.intercept());
afterAll(() => kit.close());

const schema = '{"output_variables": ["t"]}';

describe('a repository', () => {
  test('is read at the end of its default branch: what a template takes, with commit and time', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': '{}', 'old.py': 'gone' });
    const commit = await repository.commit({
      'schema.json': schema,
      'json_example.json': '{"PIN": 4}',
      'README.md': '# Climate',
      'unit.py': 'print(1)',
      'lib/dht/driver.py': 'x = 1',
      'NOTES.md': 'for people',
      LICENSE: 'MIT',
      '.github/workflows/ci.yml': 'on: push',
      'tests/test_unit.py': 'assert True',
      'lib/.hidden': '',
      'env.json': '{"SECRET_KEY": "leaked"}',
    });
    const found = await kit.read(source(repository.url));
    expect(found).toMatchObject({ commit, label: commit.slice(0, 10), committedAt: new Date('2024-01-01T00:02:00Z') });
    expect(found.files).toEqual({
      'schema.json': schema,
      'json_example.json': '{"PIN": 4}',
      'README.md': '# Climate',
      'unit.py': 'print(1)',
      'lib/dht/driver.py': 'x = 1',
    });
    expect(new Set(found.phases)).toEqual(new Set(['preparing', 'downloading', 'unpacking', 'reading']));
    expect(await readdir(kit.workFolder)).toEqual([]);
  });

  test('is read in the folder that was named, and nowhere else', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'boards/climate/schema.json': schema, 'boards/fan/schema.json': '{}', 'a.py': '' });
    expect((await kit.read(source(repository.url, { folder: 'boards/climate' }))).files).toEqual({
      'schema.json': schema,
    });
    expect(await kit.failureOf(source(repository.url, { folder: 'boards/lamp' }))).toBe(
      'There is no folder “boards/lamp” in the repository.',
    );
    expect(await kit.failureOf(source(repository.url, { folder: 'a.py' }))).toBe(
      'There is no folder “a.py” in the repository.',
    );
  });

  test('is looked at without fetching anything', async () => {
    const repository = await kit.server.repository();
    const commit = await repository.commit({ 'schema.json': schema });
    const before = kit.server.asked.length;
    expect(await kit.repositories().look(source(repository.url), forever)).toMatchObject({ commit });
    const paths = kit.server.asked.slice(before).map(({ path }) => path.replace(/^.*\.git/, ''));
    // The second one, of protocol version 2, asks for refs as well.
    expect(paths[0]).toBe('/info/refs?service=git-upload-pack');
    expect(paths.length).toBeLessThanOrEqual(2);
  });
});

describe('what is followed', () => {
  test('is a branch, by its name', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': schema });
    const commit = await repository.commit({ 'schema.json': schema, 'new.py': '' }, 'next');
    // A branch whose name begins alike.
    await repository.commit({ 'schema.json': schema, 'other.py': '' }, 'next-one');
    expect(await kit.read(source(repository.url, { ref: 'next' }))).toMatchObject({ commit, want: 'refs/heads/next' });
    expect(await kit.failureOf(source(repository.url, { ref: 'nex' }))).toBe(
      'There is no branch “nex” in the repository.',
    );
  });

  test('is the newest tag, plain or an object of its own', async () => {
    const repository = await kit.server.repository();
    const tagged = source(repository.url, { follow: 'tag' });
    const first = await repository.commit({ 'schema.json': schema });
    expect(await kit.failureOf(tagged)).toBe('The repository has no tags. Follow a branch, or make a tag.');
    await repository.tag('v1.9.0', first);
    expect(await kit.read(tagged)).toMatchObject({ commit: first, label: 'v1.9.0' });
    const second = await repository.commit({ 'schema.json': schema, 'a.py': '' });
    await repository.annotate('v1.10.0', second);
    await repository.tag('v2.0.0-rc.1', first);
    expect(await kit.read(tagged)).toMatchObject({ commit: second, label: 'v1.10.0' });
  });

  test('is a commit, also one that is no longer the end of anything', async () => {
    const repository = await kit.server.repository();
    const first = await repository.commit({ 'schema.json': '{}' });
    await repository.commit({ 'schema.json': schema });
    const found = await kit.read(source(repository.url, { follow: 'commit', ref: first }));
    expect(found).toMatchObject({ commit: first, files: { 'schema.json': '{}' } });
    const none = 'f'.repeat(40);
    expect(await kit.failureOf(source(repository.url, { follow: 'commit', ref: none }))).toBe(
      `The git server does not give out the commit ${none}. Is it in the repository?`,
    );
  });

  test('is nothing in an empty repository', async () => {
    const { url } = await kit.server.repository();
    expect(await kit.failureOf(source(url))).toMatch(/^The repository is empty/);
    expect(await kit.failureOf(source(url, { follow: 'tag' }))).toMatch(/^The repository (is empty|has no tags)/);
  });
});

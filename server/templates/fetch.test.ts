import { readdir } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Files } from '../testing/git-repository.ts';
import { inBand, packet } from '../testing/git-upload-pack.ts';
import { isForPack, type ReadingKit, readingKit, source } from './testing.ts';

let kit: ReadingKit;
beforeAll(async () => {
  kit = await readingKit();
});
afterEach(() => kit.server.intercept());
afterAll(() => kit.close());

const schema = '{"output_variables": ["t"]}';

describe('a limit', () => {
  const failureWith = async (files: Files) => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': schema, ...files });
    return kit.failureOf(source(repository.url));
  };

  test('holds for the number of files, for one and for all of them', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}.py`, `${index}`]));
    expect(await failureWith(many)).toBe('There are more than 200 files. Choose the folder that holds the template.');
    expect(await failureWith({ 'big.py': 'x'.repeat(65_537) })).toBe('big.py has 65537 bytes; 65536 is the most.');
    const full = Object.fromEntries(
      Array.from({ length: 5 }, (_, index) => [`${index}.py`, `${index}`.repeat(60_000)]),
    );
    expect(await failureWith(full)).toMatch(/^The files have more than 262144 bytes together/);
  });

  test('holds for what a small pack becomes', async () => {
    expect(await failureWith({ 'docs/zeros.bin': new Uint8Array(20_000_000) })).toMatch(
      /^The repository has a file of more than 16777216 bytes\./,
    );
    const folders = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`d${index}/NOTES.md`, '']));
    expect(await failureWith(folders)).toBe('There are more than 300 folders.');
  });

  test('does not count what is left out', async () => {
    expect(await failureWith({ 'docs/manual.txt': 'x'.repeat(300_000) })).toBe('it was read');
  });

  test.each([
    ['with space.py', 'with space.py'],
    ['a%41.py', 'a%41.py'],
    ['up..py', 'up..py'],
    ['käse.py', 'käse.py'],
    ['what?.py', 'what?.py'],
  ])('holds for the name %s', async (path, named) => {
    expect(await failureWith({ [path]: '' })).toContain(`A board cannot hold a file called “${named}”`);
  });

  test('holds for links and other repositories', async () => {
    expect(await failureWith({ 'lib/passwd': { link: '/etc/passwd' } })).toBe(
      'lib/passwd is a link: a template takes files alone.',
    );
    expect(await failureWith({ vendor: { module: 'a'.repeat(40) } })).toBe(
      'vendor is another repository: a template takes files alone.',
    );
  });

  test('holds for the time', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': schema });
    kit.server.intercept(isForPack);
    expect(await kit.failureOf(source(repository.url), 500)).toMatch(/^No answer within 0\.5 s\. The server is slow/);
    expect(await readdir(kit.workFolder)).toEqual([]);
  });

  test('holds for the bytes of a pack', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': schema });
    kit.server.intercept((request, response) => {
      if (!isForPack(request)) return false;
      response.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-result' });
      response.write(packet('NAK\n'));
      const [more] = inBand(Buffer.alloc(60_000));
      const write = () => void (response.destroyed || response.write(more, write));
      write();
      return true;
    });
    expect(await kit.failureOf(source(repository.url))).toMatch(
      /^The answer has more than 16777216 bytes\. The newest files/,
    );
    expect(await readdir(kit.workFolder)).toEqual([]);
  });

  test('holds for a list of branches and tags: a part of it is not taken for all', async () => {
    const repository = await kit.server.repository();
    await repository.tag('v1', await repository.commit({ 'schema.json': schema }));
    kit.server.intercept((request, response) => {
      if (isForPack(request)) return false;
      response.writeHead(200, {
        'Content-Type': 'application/x-git-upload-pack-advertisement',
        'Content-Length': '900',
      });
      const list = [packet('# service=git-upload-pack\n'), '0000', packet(`${'a'.repeat(40)} refs/tags/v0\0shallow\n`)];
      response.write(Buffer.concat(list.map((one) => Buffer.from(one))), () => response.destroy());
      return true;
    });
    expect(await kit.failureOf(source(repository.url, { follow: 'tag' }))).toMatch(/^The connection to .* broke off/);
  });

  test('holds for an answer that breaks off', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': schema });
    kit.server.intercept((request, response) => {
      if (!isForPack(request)) return false;
      response.writeHead(200, { 'Content-Type': 'application/x-git-upload-pack-result', 'Content-Length': '1000' });
      response.write(packet('NAK\n'), () => response.destroy());
      return true;
    });
    expect(await kit.failureOf(source(repository.url))).toMatch(
      /^The connection to 127\.0\.0\.1 broke off .* tried again/,
    );
  });
});

test('who gives up ends the thread at once, and nothing is left', async () => {
  const repository = await kit.server.repository();
  await repository.commit({ 'schema.json': schema });
  const reached = Promise.withResolvers<void>();
  kit.server.intercept((request) => {
    if (!isForPack(request)) return false;
    reached.resolve();
    return true;
  });
  const giveUp = new AbortController();
  const reading = kit.repositories().read(source(repository.url), 'HEAD', 60_000, giveUp.signal, () => undefined);
  await reached.promise;
  giveUp.abort(new Error('the instance stops'));
  await expect(reading).rejects.toThrow('the instance stops');
  expect(await readdir(kit.workFolder)).toEqual([]);
});

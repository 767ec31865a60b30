import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { gitServer } from '../testing/git-server.ts';
import { explain } from './failure.ts';
import { forever, type ReadingKit, readingKit, source } from './testing.ts';

let kit: ReadingKit;
beforeAll(async () => {
  kit = await readingKit();
});
afterEach(() => kit.server.intercept());
afterAll(() => kit.close());

const schema = '{"output_variables": ["t"]}';

describe('a token', () => {
  test('opens a private repository; without it, or with another, there is none', async () => {
    const repository = await kit.server.repository({ token: 'right' });
    await repository.commit({ 'schema.json': schema });
    expect((await kit.read(source(repository.url, { token: 'right' }))).files).toEqual({ 'schema.json': schema });
    expect(await kit.failureOf(source(repository.url))).toBe(
      'There is no such repository, or it is private. Check the address, or give a token that may read it.',
    );
    const wrong = await kit.failureOf(source(repository.url, { token: 'wrong-token' }));
    expect(wrong).toMatch(/^There is no such repository, or the token may not read it\./);
    expect(wrong).not.toContain('wrong-token');
  });

  test('goes to the origin of the repository alone, also when that leads elsewhere', async () => {
    const other = await gitServer();
    const repository = await kit.server.repository({ token: 'right' });
    await repository.commit({ 'schema.json': schema });
    const moved = `${other.origin}/else.git`;
    kit.server.intercept((_request, response) => {
      response.writeHead(301, { Location: `${moved}/info/refs?service=git-upload-pack` }).end();
      return true;
    });
    expect(await kit.failureOf(source(repository.url, { token: 'right' }))).toBe(
      `The repository has moved to ${moved}: use that address.`,
    );
    expect(other.asked).toEqual([]);
    await other.close();
  });

  test('may have a user name of its own', async () => {
    const { url } = await kit.server.repository({ token: 'any' });
    const before = kit.server.asked.length;
    await kit.failureOf(source(url, { token: 'gitlab+deploy-token-1:secret' }));
    const sent = Buffer.from(kit.server.asked[before]?.authorization?.slice(6) ?? '', 'base64').toString();
    expect(sent).toBe('gitlab+deploy-token-1:secret');
  });
});

describe('an address', () => {
  test('that leads on within its origin is followed', async () => {
    const repository = await kit.server.repository();
    await repository.commit({ 'schema.json': schema });
    const short = repository.url.replace(/\.git$/, '');
    const { pathname } = new URL(short);
    kit.server.intercept((request, response) => {
      const { url = '' } = request;
      if (!url.startsWith(`${pathname}/`)) return false;
      response.writeHead(302, { Location: url.replace(pathname, `${pathname}.git`) }).end();
      return true;
    });
    expect((await kit.read(source(short))).files).toEqual({ 'schema.json': schema });
  });

  test('that leads to a page, round in circles, or to a private place is not', async () => {
    const { url } = await kit.server.repository();
    const leadTo = (location: string) =>
      kit.server.intercept((_request, response) => {
        response.writeHead(302, { Location: location }).end();
        return true;
      });
    leadTo('/users/sign_in');
    expect(await kit.failureOf(source(url))).toMatch(/^There is no such repository, or it is private/);
    leadTo(`${url}/info/refs?service=git-upload-pack`);
    expect(await kit.failureOf(source(url))).toBe('The git server sends from one address to the next.');
    leadTo('http://10.0.0.1/a.git/info/refs?service=git-upload-pack');
    expect(await kit.failureOf(source(url))).toBe(
      'The repository has moved to http://10.0.0.1/a.git: use that address.',
    );
  });

  test.each([
    ['https://10.0.0.1/a.git', /^The address 10\.0\.0\.1 is not public\. Whoever runs this instance/],
    ['https://[::1]/a.git', /^The address ::1 is not public/],
    ['https://[::ffff:127.0.0.1]/a.git', /^The address ::ffff:7f00:1 is not public/],
    ['https://localhost/a.git', /^The address (127\.0\.0\.1|::1) is not public/],
    ['http://93.184.215.14/a.git', /^93\.184\.215\.14 may be reached by https only/],
    [
      'https://no-such-host.invalid/a.git',
      /^The host no-such-host\.invalid (is not known|could not).* Check the address/,
    ],
  ])('%s is not read', async (url, text) => {
    const error = await kit
      .repositories([])
      .look(source(url), forever)
      .catch((reason) => reason);
    expect(explain(error, false)).toMatch(text);
  });

  test('is not reached by the thread either where it was not allowed', async () => {
    const { url } = await kit.server.repository();
    const strict = kit.repositories([]).read(source(url), 'HEAD', 5_000, forever, () => undefined);
    await expect(strict).rejects.toThrow(/may be reached by https only|is not public/);
  });

  test('without a repository says so', async () => {
    kit.server.intercept((_request, response) => {
      response.end('<html>Welcome</html>');
      return true;
    });
    expect(await kit.failureOf(source(`${kit.server.origin}/page`))).toMatch(
      /^There is no git repository at this address/,
    );
    kit.server.intercept((request, response) => {
      response.writeHead(Number(request.url?.slice(1, 4))).end('no');
      return true;
    });
    expect(await kit.failureOf(source(`${kit.server.origin}/404`))).toMatch(
      /^There is no such repository, or it is private/,
    );
    expect(await kit.failureOf(source(`${kit.server.origin}/429`))).toMatch(/asked too often/);
    expect(await kit.failureOf(source(`${kit.server.origin}/503`))).toMatch(/^The git server answered with 503\./);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { gitServer } from '../testing/git-server.ts';
import { files, problem, schema, type TemplatesKit, templatesKit } from './testing.ts';

let kit: TemplatesKit;
let croft: TemplatesKit['croft'];
let server: TemplatesKit['server'];
let ada: TemplatesKit['ada'];
let bob: TemplatesKit['bob'];
beforeAll(async () => {
  kit = await templatesKit();
  ({ croft, server, ada, bob } = kit);
});
afterEach(() => kit.server.intercept());
afterAll(() => kit.close());

describe('a template from a repository', () => {
  test('is there at once, and says how far its reading is', async () => {
    const { url, first } = await kit.repositoryWith(files);
    const release = Promise.withResolvers<void>();
    server.intercept(async () => {
      await release.promise;
      return false;
    });
    const template = await ada.call('POST /api/templates', { body: { url } });
    expect(template).toMatchObject({ owner: 'ada', owned: true, visibility: 'private', source: 'git', latest: null });
    expect(template.name).toMatch(/^repository-\d+$/);
    await eventually(async () => expect((await kit.show(template.id)).reading?.phase).toBe('connecting'));
    expect((await problem(kit.unitFrom(template.id, 'Too early'))).status).toBe(409);
    release.resolve();
    const read = await kit.settled(template.id);
    expect(read).toMatchObject({ failure: '', git: { url, folder: '', hasToken: false } });
    expect(read.latest).toMatchObject({ commit: first, label: first.slice(0, 10), direction: 'rxtx' });
    expect(read.git?.checkedAt).not.toBeNull();
  });

  test('has versions with documents, README and files', async () => {
    const { url, first } = await kit.repositoryWith({ ...files, 'lib/driver.mpy': 'M\x06\x00\x1f' });
    const { id, latest } = await kit.made(url);
    const params = { id, version: latest?.id ?? '' };
    const version = await ada.call('GET /api/templates/:id/versions/:version', { params });
    expect(version).toMatchObject({ schema: JSON.parse(schema), example: { PIN: 4 }, readme: '# Lamp', commit: first });
    expect(version.files.map(({ path }) => path)).toEqual(['lib/driver.mpy', 'unit.py']);
    const listed = await ada.call('GET /api/templates/:id/versions/:version/files', { params });
    expect(listed.map(({ path, size, text }) => [path, size, text])).toEqual([
      ['lib/driver.mpy', 4, null],
      ['unit.py', 4, 'pass'],
    ]);
  });

  test('is a private one with its token, which nobody ever sees', async () => {
    const { url } = await kit.repositoryWith(files, { token: 'secret-token' });
    const refused = await kit.made(url);
    expect(refused.failure).toMatch(/^There is no such repository, or it is private/);
    const params = { id: refused.id };
    await ada.call('PATCH /api/templates/:id', { params, body: { token: 'secret-token' } });
    const read = await kit.settled(refused.id);
    expect(read).toMatchObject({ failure: '', git: { hasToken: true } });
    expect(JSON.stringify(read)).not.toContain('secret');
    const row = await croft.db
      .selectFrom('templates')
      .selectAll()
      .where('uuid', '=', read.id)
      .executeTakeFirstOrThrow();
    expect(row.sealedToken?.toString('latin1')).not.toContain('secret-token');
    await ada.call('PATCH /api/templates/:id', { params, body: { token: null } });
    expect(await kit.settled(refused.id)).toMatchObject({
      git: { hasToken: false },
      failure: expect.stringContaining('private'),
    });
  });

  test('loses its token when it gets an address on another server', async () => {
    const { url } = await kit.repositoryWith(files, { token: 'for-this-server' });
    const other = await gitServer();
    const elsewhere = await other.repository();
    await elsewhere.commit(files);
    const { id } = await kit.made(url, { token: 'for-this-server' });
    await ada.call('PATCH /api/templates/:id', { params: { id }, body: { url: elsewhere.url } });
    expect(await kit.settled(id)).toMatchObject({ failure: '', git: { url: elsewhere.url, hasToken: false } });
    expect(other.asked.map(({ authorization }) => authorization).filter(Boolean)).toEqual([]);
    await other.close();
  });

  test('says what is wrong with its documents, in which file and where, and can be mended', async () => {
    const wrong = { 'schema.json': '{"output_variables": {"t": {"type": "float"}}}', 'json_example.json': '{"A": 1,}' };
    const repository = await kit.repositoryWith(wrong);
    const template = await kit.made(repository.url);
    expect(template.latest).toBeNull();
    expect(template.failure).toMatch(/^schema\.json, \/output_variables\/t\/type: /m);
    expect(template.failure).toMatch(/^json_example\.json: .*line 1, column 9: /m);
    await repository.commit(files);
    expect(await kit.checked(template.id)).toMatchObject({ failure: '', latest: { direction: 'rxtx' } });
  });

  test('without a schema.json says where there is none', async () => {
    const { url } = await kit.repositoryWith({ 'unit.py': 'pass', 'boards/a/unit.py': 'pass' });
    expect((await kit.made(url)).failure).toMatch(/^There is no schema\.json in the repository\./);
    expect((await kit.made(url, { folder: 'boards/a' })).failure).toMatch(
      /^There is no schema\.json in the folder “boards\/a”/,
    );
  });

  test('reads another folder of the same commit when that is changed', async () => {
    const { url } = await kit.repositoryWith({ 'a/schema.json': '{"output_variables": ["t"]}', 'b/schema.json': '{}' });
    const { id, latest } = await kit.made(url, { folder: 'a' });
    expect(latest?.direction).toBe('tx');
    await ada.call('PATCH /api/templates/:id', { params: { id }, body: { folder: 'b' } });
    expect((await kit.settled(id)).latest?.direction).toBe('none');
    expect(await kit.versionsOf(id)).toHaveLength(2);
  });

  test('is read from a public address or an allowed one alone, and never with a password in the address', async () => {
    const local = await kit.made('https://10.0.0.1/a.git');
    expect(local.failure).toBe(
      'The address 10.0.0.1 is not public. Whoever runs this instance can allow hosts of the own network with CROFT_OUTGOING_ALLOW.',
    );
    const refused = await problem(ada.call('POST /api/templates', { body: { url: 'https://ada:pw@git.example/a' } }));
    expect(refused).toMatchObject({ status: 422, message: expect.not.stringContaining('pw') });
    expect((await problem(ada.call('POST /api/templates', { body: { url: 'ssh://git.example/a' } }))).status).toBe(422);
  });

  test('has a name of its own among those of its owner', async () => {
    const { url } = await kit.repositoryWith(files);
    const body = { url };
    const [one, other] = [
      await ada.call('POST /api/templates', { body }),
      await ada.call('POST /api/templates', { body }),
    ];
    expect(other.name).toBe(`${one.name} 2`);
    const taken = await problem(ada.call('POST /api/templates', { body: { url, name: one.name } }));
    expect(taken).toMatchObject({ status: 409 });
    const rename = ada.call('PATCH /api/templates/:id', { params: { id: other.id }, body: { name: one.name } });
    expect(await problem(rename)).toMatchObject({ status: 409 });
    await bob.call('POST /api/templates', { body: { url, name: one.name } });
  });
});

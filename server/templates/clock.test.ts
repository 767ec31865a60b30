import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSecrets } from '../secrets.ts';
import { type FreshDatabase, freshDatabase } from '../testing/database.ts';
import { eventually } from '../testing/eventually.ts';
import { type GitServer, gitServer } from '../testing/git-server.ts';
import { createTemplates } from './templates.ts';

const minute = 60_000;
const schema = '{"output_variables": ["t"]}';

let database: FreshDatabase;
let server: GitServer;
let dataDir: string;
let now: number;
beforeAll(async () => {
  server = await gitServer();
  database = await freshDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'croft-following-'));
  await cp(fileURLToPath(new URL('../../firmware/examples', import.meta.url)), join(dataDir, 'examples'), {
    recursive: true,
  });
});
beforeEach(() => {
  now = Date.UTC(2030, 0, 1);
});
afterAll(async () => {
  await database.drop();
  await server.close();
  await rm(dataDir, { recursive: true });
});

const secrets = createSecrets(randomBytes(32));
const templatesOf = (release = '1.0.0', log = pino({ level: 'silent' })) =>
  createTemplates({
    db: database.db,
    secrets,
    outgoingAllow: ['127.0.0.1'],
    dataDir,
    examples: join(dataDir, 'examples'),
    release,
    now: () => now,
    log,
  });

let count = 0;
/** A template that nobody has looked at yet. */
async function insert(url: string, follow: 'commit' | 'tag' | 'branch' = 'branch'): Promise<number> {
  const row = { uuid: uuidv7(), ownerId: null, name: `T ${++count}`, url, follow, nextCheckAt: new Date(now) };
  return (await database.db.insertInto('templates').values(row).returning('id').executeTakeFirstOrThrow()).id;
}
const rowOf = (id: number) =>
  database.db.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
const versionsOf = (id: number) =>
  database.db.selectFrom('templateVersions').selectAll().where('templateId', '=', id).orderBy('id').execute();
/** Minutes from now until it is looked at again; 0 or less: it is due. */
const dueIn = async (id: number) => ((await rowOf(id)).nextCheckAt?.getTime() ?? Number.NaN) / minute - now / minute;

/** A start looks at what is due, as every tick does. */
async function look(done: () => Promise<unknown>): Promise<void> {
  const templates = templatesOf();
  await templates.start();
  try {
    await eventually(done, 20_000);
  } finally {
    await templates.stop();
  }
}

test('a branch is looked at every quarter of an hour, and nothing is fetched while it stays', async () => {
  const repository = await server.repository();
  await repository.commit({ 'schema.json': schema });
  const id = await insert(repository.url);
  await look(async () => expect(await versionsOf(id)).toHaveLength(1));
  expect(await dueIn(id)).toBeGreaterThan(13);
  expect(await dueIn(id)).toBeLessThan(17);

  now += 5 * minute;
  const before = server.asked.length;
  const templates = templatesOf();
  await templates.start();
  await templates.stop();
  expect(server.asked.length).toBe(before);

  now += 12 * minute;
  const checkedAt = new Date(now);
  await look(async () => expect((await rowOf(id)).checkedAt).toEqual(checkedAt));
  const asked = server.asked.slice(before).map(({ path }) => path);
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.length).toBeLessThanOrEqual(2);
  expect(await versionsOf(id)).toHaveLength(1);

  const second = await repository.commit({ 'schema.json': schema, 'unit.py': '' });
  now += 17 * minute;
  await look(async () => expect((await versionsOf(id)).at(-1)?.commit).toBe(second));
  const newest = (await versionsOf(id)).at(-1)?.id ?? null;
  expect((await rowOf(id)).latestVersionId).toBe(newest);
});

test('a repository that fails is looked at less and less, and like before once it is back', async () => {
  const id = await insert(`${server.origin}/nothing-here.git`);
  const pauses: number[] = [];
  for (const failures of [1, 2, 3]) {
    await look(async () => expect((await rowOf(id)).failures).toBe(failures));
    pauses.push(await dueIn(id));
    now += (pauses.at(-1) ?? 0) * minute + 1;
  }
  for (const [index, expected] of [15, 30, 60].entries()) {
    expect(Math.abs((pauses[index] ?? 0) - expected)).toBeLessThanOrEqual(expected / 9);
  }
  expect((await rowOf(id)).failure).toMatch(/^There is no such repository/);

  const repository = await server.repository();
  await repository.commit({ 'schema.json': schema });
  await database.db.updateTable('templates').set({ url: repository.url }).where('id', '=', id).execute();
  await look(async () => expect(await rowOf(id)).toMatchObject({ failures: 0, failure: '' }));
  expect(await dueIn(id)).toBeLessThan(17);
});

test('a commit is read once, and looked at again only while it could not be', async () => {
  const repository = await server.repository();
  const id = await insert(repository.url, 'commit');
  await look(async () => expect((await rowOf(id)).failures).toBe(1));
  const commit = await repository.commit({ 'schema.json': schema });
  now += 20 * minute;
  await look(async () => expect(await rowOf(id)).toMatchObject({ ref: commit, nextCheckAt: null }));
});

test('stopping ends what is going on; it stays due, and a start takes it up again', async () => {
  const repository = await server.repository();
  await repository.commit({ 'schema.json': schema });
  const id = await insert(repository.url);
  let asked = 0;
  server.intercept(({ method, headers }) => {
    if (method !== 'POST' || headers['git-protocol']) return false;
    asked++;
    return true;
  });
  const templates = templatesOf();
  await templates.start();
  await eventually(() => expect(asked).toBe(1), 10_000);
  expect(await readdir(join(dataDir, 'repositories'))).toHaveLength(1);
  await templates.stop();
  expect(await readdir(join(dataDir, 'repositories'))).toEqual([]);
  expect(await rowOf(id)).toMatchObject({ failure: '', checkedAt: null });
  expect(await dueIn(id)).toBeLessThanOrEqual(0);
  server.intercept();
  await look(async () => expect(await versionsOf(id)).toHaveLength(1));
});

test('a token is in no log, whatever goes wrong', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const { url } = await server.repository({ token: 'another' });
  const [refused, unreadable] = [await insert(url), await insert(url)];
  const rows = [
    [refused, (uuid: string) => secrets.seal('a-secret-token', `template/${uuid}/token`)],
    // Sealed for another template: a defect, which is logged.
    [unreadable, () => secrets.seal('a-secret-token', 'template/another/token')],
  ] as const;
  for (const [id, seal] of rows) {
    const sealedToken = seal((await rowOf(id)).uuid);
    await database.db.updateTable('templates').set({ sealedToken }).where('id', '=', id).execute();
  }
  const templates = templatesOf('1.0.0', log);
  await templates.start();
  await eventually(async () => expect((await rowOf(refused)).failures + (await rowOf(unreadable)).failures).toBe(2));
  await templates.stop();
  expect((await rowOf(refused)).failure).toMatch(/token may not read it/);
  expect((await rowOf(unreadable)).failure).toBe('The repository could not be read. It is tried again later.');
  expect(lines.join('')).toContain('a repository could not be read');
  const basic = Buffer.from('oauth2:a-secret-token').toString('base64');
  for (const text of ['a-secret-token', basic]) expect(lines.join('')).not.toContain(text);
});

test('a killed process leaves nothing behind for long', async () => {
  const left = join(dataDir, 'repositories');
  await cp(join(dataDir, 'examples'), join(left, 'git-of-a-killed-process'), { recursive: true });
  const templates = templatesOf();
  await templates.start();
  await templates.stop();
  await expect(readdir(left)).rejects.toThrow(/ENOENT/);
});

test('an example that changed with a release gets a new version, the others stay', async () => {
  const start = async (release: string) => {
    const templates = templatesOf(release);
    await templates.start();
    await templates.stop();
    const rows = await database.db
      .selectFrom('templateVersions as version')
      .innerJoin('templates', 'templates.id', 'version.templateId')
      .select(['templates.name', 'version.id', 'version.label', 'templates.latestVersionId'])
      .where('templates.name', 'in', ['Climate (DHT22)', 'Relay with a button'])
      .execute();
    return rows
      .map(
        ({ name, id, label, latestVersionId }) =>
          `${name.split(' ')[0]} ${label}${id === latestVersionId ? ' latest' : ''}`,
      )
      .toSorted();
  };

  expect(await start('1.0.0')).toEqual(['Climate 1.0.0 latest', 'Relay 1.0.0 latest']);
  await writeFile(join(dataDir, 'examples/climate/unit.py'), 'changed');
  expect(await start('1.1.0')).toEqual(['Climate 1.0.0', 'Climate 1.1.0 latest', 'Relay 1.0.0 latest']);
  await writeFile(join(dataDir, 'examples/climate/unit.py'), 'changed in the same release');
  const third = await start('1.1.0');
  expect(third).toEqual(['Climate 1.0.0', 'Climate 1.1.0', 'Climate 1.1.0 (2) latest', 'Relay 1.0.0 latest']);
  expect(await start('1.1.0')).toEqual(third);
});

import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OperatorError } from './errors.ts';
import { loadInstanceKey } from './instance-key.ts';
import { freshDatabase } from './testing/database.ts';

const database = await freshDatabase();
const { db } = database;
afterAll(() => database.drop());

let dataDir: string;
let file: string;
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), 'croft-key-')), 'data');
  file = join(dataDir, 'secret.key');
  await db.deleteFrom('instance').execute();
});
afterEach(() => rm(join(dataDir, '..'), { recursive: true, force: true }));

const load = (secretKey?: string) => loadInstanceKey({ db, dataDir, secretKey });
const given = (letter: string) => Buffer.alloc(32, letter).toString('base64url');

async function refusal(secretKey?: string): Promise<string> {
  const error = await load(secretKey).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OperatorError);
  return (error as OperatorError).message;
}

describe('the instance key', () => {
  test('is made once, for this user alone, and found again', async () => {
    const key = await load();
    expect(key).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await readFile(file, 'utf8')).trim()).toBe(key.toString('base64url'));
    expect(await load()).toEqual(key);
  });

  test('of the configuration is used as it is, and no file is made', async () => {
    expect((await load(given('k'))).toString()).toBe('k'.repeat(32));
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('may move from the file to the configuration and back', async () => {
    const key = await load();
    expect(await load(key.toString('base64url'))).toEqual(key);
    expect(await load()).toEqual(key);
  });

  test('that others could read is closed to them', async () => {
    await load();
    await chmod(file, 0o644);
    await load();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe('data without its key', () => {
  test('refuses, says how to restore it, and makes no new one', async () => {
    await load();
    await rm(file);
    expect(await refusal()).toMatch(
      /instance key is missing[\s\S]*Restore .*secret\.key from your backup, or set CROFT_SECRET_KEY/,
    );
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test.each(['file', 'configuration'])('refuses another key in the %s', async (where) => {
    const key = await load();
    if (where === 'file') await writeFile(file, given('x'));
    expect(await refusal(where === 'file' ? undefined : given('x'))).toMatch(/not the one[\s\S]*Restore /);
    await writeFile(file, key.toString('base64url'));
    expect(await load()).toEqual(key);
  });

  test.each(['', 'no key at all', given('k').slice(0, 20)])('refuses a file that holds %j', async (text) => {
    await load();
    await writeFile(file, text);
    expect(await refusal()).toContain('secret.key');
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('refuses a file that cannot be read', async () => {
    await load();
    await rm(file);
    await mkdir(file);
    expect(await refusal()).toContain('cannot be read');
  });
});

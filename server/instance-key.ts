import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Db } from './database/connection.ts';
import { OperatorError } from './errors.ts';

const fingerprintOf = (key: Buffer) => createHash('sha256').update('croft instance key').update(key).digest('hex');

/**
 * The instance key: from the configuration, else from `<data folder>/secret.key` (0600), made once.
 * @throws OperatorError when the database was encrypted under another key or its key is gone: a new one would lose every unit's keys
 */
export async function loadInstanceKey(options: { db: Db; dataDir: string; secretKey: string | undefined }) {
  const file = join(options.dataDir, 'secret.key');
  const expected = await readFingerprint(options.db);
  const text = options.secretKey ?? (await readKeyFile(file));
  if (!text && expected) throw missing(file);
  const key = Buffer.from(text ?? (await makeKeyFile(options.dataDir, file)), 'base64url');
  if (key.length !== 32) throw new OperatorError(`${file} does not hold an instance key (43 characters of base64url).`);
  if (expected && expected !== fingerprintOf(key)) throw other(file);
  if (!expected) await writeFingerprint(options.db, fingerprintOf(key));
  return key;
}

async function readKeyFile(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    await chmod(file, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new OperatorError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

async function makeKeyFile(dataDir: string, file: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const text = randomBytes(32).toString('base64url');
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return text;
}

async function readFingerprint(db: Db): Promise<string | undefined> {
  const row = await db.selectFrom('instance').select('value').where('key', '=', 'key_fingerprint').executeTakeFirst();
  return row?.value as string | undefined;
}

async function writeFingerprint(db: Db, fingerprint: string): Promise<void> {
  await db
    .insertInto('instance')
    .values({ key: 'key_fingerprint', value: JSON.stringify(fingerprint) })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

const howToRestore = (file: string) =>
  `Restore ${file} from your backup, or set CROFT_SECRET_KEY to the key this database was made with.`;

const missing = (file: string) =>
  new OperatorError(`The database holds encrypted keys, but the instance key is missing.\n${howToRestore(file)}`);

const other = (file: string) =>
  new OperatorError(`The instance key is not the one this database was encrypted with.\n${howToRestore(file)}`);

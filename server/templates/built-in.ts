import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { createCollection, isTaken } from './collection.ts';
import { type Content, readContent } from './content.ts';
import { builtInTemplate, insertTemplate, lockTemplate } from './store.ts';
import { addVersion, isLatest } from './versions.ts';

/** Folders of the examples, and what their templates are called. */
const names = {
  climate: 'Climate (DHT22)',
  relay: 'Relay with a button',
  fan: 'Fan that follows a temperature',
};

type Deps = {
  db: Db;
  /** Holds a folder for each of them. */
  folder: string;
  /** Of the instance: what a version is called. */
  release: string;
};

/** Brings the templates that come with the instance up to date: one that changed gets a new version. */
export function createBuiltIn({ db, folder, release }: Deps) {
  async function bring(example: string, name: string): Promise<void> {
    const content = await readExample(join(folder, example));
    await db.transaction().execute(async (tx) => {
      await insertTemplate(tx, { uuid: uuidv7(), ownerId: null, name, visibility: 'public' });
      const uuid = (await builtInTemplate(tx, name))?.uuid;
      const locked = uuid && (await lockTemplate(tx, uuid));
      if (!locked || (await isLatest(tx, locked, content))) return;
      await addVersion(tx, locked, { label: release, commit: null, committedAt: null }, content);
    });
  }

  return {
    start: async () => {
      for (const [example, name] of Object.entries(names)) await bring(example, name);
    },
  };
}

async function readExample(folder: string): Promise<Content> {
  const collection = createCollection();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length + 1).replaceAll('\\', '/');
    if (!isTaken(path)) continue;
    collection.expect(path);
    collection.add(path, await readFile(file));
  }
  return readContent(collection.found, folder);
}

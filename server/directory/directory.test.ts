import { afterAll, expect, test } from 'vitest';
import type { Change } from '../database/changes.ts';
import { freshDatabase } from '../testing/database.ts';
import { type JournalUnit, makeUnits } from '../testing/journal-units.ts';
import { createDirectory } from './directory.ts';

const database = await freshDatabase();
afterAll(database.drop);
const [unit] = (await makeUnits(database.db, 1)) as [JournalUnit];
const keys = { syncKey: Buffer.alloc(32).toString('base64url'), secretKey: 'secret', token: 'token' };

test.each<[string, Change | 'missed']>([
  ['changes were missed', 'missed'],
  ['its owner may have changed', { user: 'somebody' }],
  ['it changed', { unit: unit.uuid }],
])('a unit that is being loaded when %s is loaded anew: it may have been read before', async (_what, change) => {
  const listeners: ((change: Change | 'missed') => void)[] = [];
  const linksRead = Promise.withResolvers<void>();
  const directory = createDirectory({
    db: database.db,
    openKeys: () => keys,
    loadLinks: () => linksRead.promise.then(() => new Map()),
    changes: { onChange: (listener) => void listeners.push(listener) },
  });
  directory.start();
  const told: string[] = [];
  directory.onChange((uuid) => told.push(uuid));

  const loading = directory.find(unit.uuid);
  for (const hear of listeners) hear(change);
  linksRead.resolve();
  await loading;
  expect([told, directory.peek(unit.uuid)]).toEqual([[unit.uuid], undefined]);
  expect(await directory.find(unit.uuid)).toBe(directory.peek(unit.uuid));
});

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import Koa from 'koa';
import { sql } from 'kysely';
import { afterAll, expect, test, vi } from 'vitest';
import { createRouter } from '../http/router.ts';
import { freshDatabase } from '../testing/database.ts';
import { noUnit } from '../testing/served-app.ts';
import { createReader, type Reader } from './reader.ts';
import { historyRoutes } from './routes.ts';
import { makeVariable, storeTexts } from './testing.ts';

const { db, drop } = await freshDatabase();
afterAll(drop);

test('a statement that takes too long is ended with a clear error, and the connection is as before', async () => {
  const read = createReader({ db, timeout: 50 });
  await expect(read((tx) => sql`select pg_sleep(10)`.execute(tx))).rejects.toMatchObject({
    status: 503,
    code: 'too-slow',
    message: expect.stringContaining('0.05 s'),
  });
  await expect(sql`select pg_sleep(0.1)`.execute(db)).resolves.toBeDefined();
});

test('a client that leaves is read for no longer, and a slow one not ahead of it', async () => {
  const { id, uuid } = await makeVariable(db);
  await storeTexts(db, id, Date.UTC(2026, 5, 1), pages * textsOfPage);
  const { read, calls } = countedReader();
  await using server = await serve(read, { id, uuid });

  const query = 'from=2026-06-01T00:00:00Z&to=2026-07-01T00:00:00Z&limit=1000000';
  const request = get(`${server.url}/api/variables/${uuid}/history?${query}`);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await once(response, 'readable');
  // Nothing is taken from the socket: once its buffers are full, the reading rests.
  await expect.poll(() => server.answer()?.res.writableNeedDrain).toBe(true);
  expect(await calls()).toBeLessThan(pages);

  request.destroy();
  await expect.poll(() => (server.answer()?.body as Readable | undefined)?.destroyed).toBe(true);
  expect(await calls()).toBeLessThan(pages);
});

const pages = 40;
const textsOfPage = 2_000;

/** A reader of which one can ask how often it was called, once nothing is being read. */
function countedReader() {
  const read = vi.fn(createReader({ db }));
  const calls = async (): Promise<number> => {
    const before = read.mock.calls.length;
    await Promise.allSettled(read.mock.results.map((result) => result.value));
    await setImmediate();
    return read.mock.calls.length === before ? before : calls();
  };
  return { read: read as Reader, calls };
}

async function serve(read: Reader, variable: { id: number; uuid: string }) {
  const readableVariable = async () => ({ ...variable, name: 'air' });
  const table = historyRoutes({ db, readableVariable, read });
  let answer: Koa.Context | undefined;
  const app = new Koa().use((ctx, next) => {
    answer = ctx;
    return next();
  });
  app
    .use(createRouter([table], { callerOf: async () => ({ kind: 'anonymous' }), unitOf: noUnit }).routes())
    .on('error', () => undefined);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: () => answer,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

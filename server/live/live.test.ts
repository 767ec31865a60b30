import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Stored } from '../journal/journal.ts';
import { eventually } from '../testing/eventually.ts';
import { createLive, type Listener, type Live } from './live.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A page over a real socket, whose user is `ada` and which hears the variable `v`. */
async function openPage(live: Live): Promise<{ page: IncomingMessage; listener: Listener }> {
  const opened = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, response) => {
    response.writeHead(200).flushHeaders();
    opened.resolve(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const request = get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const page = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
  page.on('error', () => undefined);
  const listener: Listener = {
    response: await opened.promise,
    audible: { variables: new Set(['v']), units: new Set(['u']), ownUnits: new Set(['u']) },
    userUuid: 'ada',
    isMine: true,
    hearsLinks: true,
    pending: undefined,
    alreadySent: new Set(),
    refresh: async () => undefined,
  };
  live.listeners.add(listener);
  return { page, listener };
}

function stored(value: string): Stored {
  const event = { variableId: 1, variableUuid: 'v', at: 0, value, corrected: false };
  return { entry: { unitId: 1, unitUuid: 'u', values: [event] }, tx: 1, n: 0, safeTx: 1 };
}

test('what comes right after a page was ended is not written to it', async () => {
  const live = createLive();
  const { page } = await openPage(live);
  live.publish([stored('before')]);
  live.applyChange({ user: 'ada' });
  live.publish([stored('after')]);
  live.publishUnit({ event: 'log', data: { unit: 'u', level: 'info', text: 'after', at: '' } });
  const text = (await page.setEncoding('utf8').toArray()).join('');
  expect(text).toContain('before');
  expect(text).not.toContain('after');
});

test('a page that does not read is ended, and costs no more than a megabyte and what the kernel keeps', async () => {
  const live = createLive();
  const { page, listener } = await openPage(live);
  page.pause();
  const large = stored('x'.repeat(100_000));
  await eventually(() => {
    live.publish([large]);
    expect(listener.response.writableEnded).toBe(true);
  }, 10_000);
  const kept = listener.response.writableLength;
  for (let time = 0; time < 100; time++) live.publish([large]);
  expect(listener.response.writableLength).toBe(kept);
  expect(kept).toBeLessThan(1.3 * 1024 * 1024);
  page.resume();
  await eventually(() => expect(page.complete).toBe(true));
});

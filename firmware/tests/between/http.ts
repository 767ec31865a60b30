import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type EnvelopeKeys, envelopeKeys, open, seal } from '../../../server/mqtt/envelope.ts';

type Env = { [name: string]: unknown };

/**
 * Stands between a board and the instance on plain HTTP: passes everything on as it is, unless a test alters what comes back,
 * as whoever sits on the network could (`spoil`), or as an instance that is wrong itself could (`forge`).
 */
export async function httpBetween(instanceUrl: string, env: Env) {
  const keys = envelopeKeys(Buffer.from(String(env.SYNC_ENCRYPT_KEY), 'base64url'));
  const state = {
    /** Called with each sealed answer; what it returns is sent. */
    spoil: (_path: string, sealed: Buffer): Buffer => sealed,
    /** Called with what is in there; what it returns is sealed in its place. */
    forge: undefined as ((path: string, content: Buffer) => Buffer) | undefined,
    /** Paths that were answered with 200, and the others. */
    asked: [] as string[],
    refused: [] as string[],
  };

  function altered(path: string, body: Buffer): Buffer {
    return state.spoil(path, state.forge ? resealed(keys, `http:${path}`, body, state.forge) : body);
  }

  async function passOn(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = incoming.url ?? '';
    const { status, body } = await ask(instanceUrl, path, incoming);
    const isLetIn = status === 200;
    (isLetIn ? state.asked : state.refused).push(path);
    const sent = isLetIn ? altered(path, body) : body;
    response.writeHead(status, { 'Content-Length': sent.length, Connection: 'close' }).end(sent);
  }

  const server = createServer((incoming, response) => {
    passOn(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    state,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: (): void => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function resealed(keys: EnvelopeKeys, topic: string, body: Buffer, forge: (path: string, content: Buffer) => Buffer) {
  const opened = open(keys, { topic, direction: 1, payload: body });
  if (!opened.ok) throw new Error(`an answer of the instance does not open: ${opened.reason}`);
  const plaintext = forge(topic.slice('http:'.length), opened.plaintext);
  return seal(keys, { ...opened, topic, direction: 1, plaintext });
}

function ask(url: string, path: string, { method, headers }: IncomingMessage) {
  const { hostname, port } = new URL(url);
  return new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
    const asked = request({ hostname, port, path, method, headers, agent: false }, async (answer) => {
      const parts: Buffer[] = [];
      for await (const part of answer) parts.push(part);
      resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) });
    });
    asked.on('error', reject).end();
  });
}

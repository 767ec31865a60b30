import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';

/** What the instance would say, by route; a function may look at the request. */
export type Answers = Record<string, Answer | ((request: { body: unknown; url: URL }) => Answer)>;
export type Answer = { status?: number; json?: unknown; events?: string };

const build = fileURLToPath(new URL('../build', import.meta.url));

/**
 * The built web on a free port of its own, with the instance's strict Content-Security-Policy and its answers made up:
 * what the browser does with them is under test. `stopAnswering` makes every call fail as if the instance were gone.
 */
export async function serveWeb(answers: Answers) {
  // Read anew each time: a build that ends meanwhile has other file names.
  const files = sirv(build, { dev: true });
  let answering = true;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith('/api/')) {
      if (answering) void answerCall(answers, request, response, url);
      else request.socket.destroy();
    } else files(request, response, () => sendFrame(response, readFileSync(`${build}/shell.html`, 'utf8')));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answers,
    stopAnswering: () => {
      answering = false;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answerCall(answers: Answers, request: IncomingMessage, response: ServerResponse, url: URL) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const sent = Buffer.concat(chunks).toString();
  const found = answers[`${request.method} ${url.pathname}`];
  const body = sent === '' ? undefined : JSON.parse(sent);
  const answer = typeof found === 'function' ? found({ body, url }) : (found ?? notFound);
  if (answer.events !== undefined) {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(answer.events);
    return;
  }
  const status = answer.status ?? 200;
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type });
  response.end(answer.json === undefined ? undefined : JSON.stringify(answer.json));
}

const notFound: Answer = { status: 404, json: { title: 'There is no such page.', status: 404, code: 'not-found' } };

function sendFrame(response: ServerResponse, frame: string): void {
  const hashes = [...frame.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; script-src 'self' ${hashes.join(' ')}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; ` +
      "font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'",
  );
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(frame);
}

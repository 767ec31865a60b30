import { spawn } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type GitRepository, gitRepository } from './git-repository.ts';
import { uploadPack } from './git-upload-pack.ts';

/** Answers by itself, and says so with true; otherwise the repository is served. */
type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

/**
 * Serves git repositories on loopback over smart HTTP. It needs no git program; with CROFT_TEST_GIT=http-backend the real
 * `git http-backend` answers instead.
 */
export async function gitServer() {
  const root = await mkdtemp(join(tmpdir(), 'croft-git-'));
  const isReal = process.env.CROFT_TEST_GIT === 'http-backend';
  const asked: { path: string; authorization: string | undefined }[] = [];
  const tokens = new Map<string, string>();
  let intercept: Intercept = () => false;

  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '', 'http://localhost');
    const { authorization } = request.headers;
    asked.push({ path: pathname + search, authorization });
    if (await intercept(request, response)) return;
    const [, name = '', rest = ''] = /^\/([\w-]+)\.git\/(.*)$/.exec(pathname) ?? [];
    const token = tokens.get(name);
    if (token && Buffer.from(authorization?.slice(6) ?? '', 'base64').toString() !== `oauth2:${token}`) {
      return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end('who are you?');
    }
    if (isReal) return serveReal(root, request, response);
    await serve(join(root, `${name}.git`), rest, request, response).catch(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let count = 0;

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    /** What was asked for, in order. */
    asked,
    /** Stands before all repositories, until it is set again. */
    intercept: (by: Intercept = () => false) => {
      intercept = by;
    },
    /** A repository; with a token that it wants from whoever reads it. */
    async repository(options: { token?: string } = {}): Promise<GitRepository & { url: string }> {
      const name = `repository-${++count}`;
      if (options.token) tokens.set(name, options.token);
      const repository = await gitRepository(join(root, `${name}.git`));
      return { ...repository, url: `http://127.0.0.1:${port}/${name}.git` };
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export type GitServer = Awaited<ReturnType<typeof gitServer>>;

async function serve(gitdir: string, path: string, request: IncomingMessage, response: ServerResponse) {
  const answer = path === 'info/refs' ? 'advertisement' : 'result';
  await access(gitdir);
  const body = await buffer(request);
  const { advertisement, pack } = uploadPack(gitdir);
  const bytes = await (answer === 'advertisement' ? advertisement() : pack(body));
  response.writeHead(200, { 'Content-Type': `application/x-git-upload-pack-${answer}` }).end(bytes);
}

/** CGI (RFC 3875): headers, an empty line, the body. */
async function serveReal(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? '', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'uploadpack.allowReachableSHA1InWant',
      GIT_CONFIG_VALUE_0: 'true',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '*',
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
    },
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const output = await buffer(backend.stdout);
  const end = output.indexOf('\r\n\r\n');
  const headers = output.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  const pairs = headers.map((line) => line.split(': ') as [string, string]);
  const status = Number(pairs.find(([name]) => name === 'Status')?.[1]?.slice(0, 3) ?? (end < 0 ? 500 : 200));
  const rest = pairs.filter(([name]) => name !== 'Status' && name !== '');
  response.writeHead(status, Object.fromEntries(rest)).end(output.subarray(end + 4));
}

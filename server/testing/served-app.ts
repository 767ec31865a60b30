import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { unauthorized } from '../errors.ts';
import { createApp } from '../http/app.ts';
import { createMetrics } from '../http/metrics.ts';
import type { RouteTable } from '../http/router.ts';
import type { Caller } from '../users/caller.ts';

type Options = Partial<Omit<Parameters<typeof createApp>[0], 'metrics' | 'log' | 'tables' | 'callerOf'>>;

/**
 * For tests: the HTTP door alone, with routes of the test's own. Who calls stands in the header `x-caller`, as a user's
 * number with `session` or `token` before it.
 */
export async function servedApp(tables: RouteTable[], options: Options = {}) {
  const lines: string[] = [];
  const webFolder = await mkdtemp(join(tmpdir(), 'croft-web-'));
  const metrics = createMetrics({
    journal: { statistics: { stored: 0, commits: 0 }, size: () => 0 },
    connections: { all: () => [] },
    live: { listeners: new Set() },
  });
  const app = createApp({
    trustedProxies: 1,
    isHttps: false,
    webFolder,
    previewOf: async () => '',
    witness: (_attempt, act) => act(),
    unitOf: noUnit,
    changesHeard: async () => undefined,
    ...options,
    tables,
    metrics,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    callerOf: async (ctx) => callerNamed(ctx.get('x-caller')),
  });
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    /** What was logged, as JSON. */
    lines,
    metrics,
    fetch: (path: string, init: RequestInit = {}) => fetch(url + path, init),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(webFolder, { recursive: true, force: true });
    },
  };
}

export type ServedApp = Awaited<ReturnType<typeof servedApp>>;

function callerNamed(text: string): Caller {
  const [kind, user] = text.split(' ');
  if (!user) return { kind: 'anonymous' };
  const isSession = kind === 'session';
  const sessionId = isSession ? 1 : undefined;
  const scopes = isSession ? (['read', 'write', 'administer'] as const) : (['read'] as const);
  return { kind: 'person', userId: Number(user), id: user, username: user, role: 'user', scopes, sessionId };
}

/** For doors without devices. */
export const noUnit = () => Promise.reject(unauthorized('Here are no units.'));

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { pino } from 'pino';
import { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { contract } from '../http/contract.ts';
import { problems } from '../http/problem.ts';
import { createRouter, routes } from '../http/router.ts';
import { noUnit } from '../testing/served-app.ts';
import { type Browser, createBrowser } from './people-browser.ts';
import { createUsers } from './users.ts';

type Options = Partial<Omit<Parameters<typeof createUsers>[0], 'db' | 'log' | 'now'>>;

/** A write and a read that tell who called: what every other feature's routes are to this one. */
const other = contract({
  'GET /api/other': { summary: 'Who reads', access: 'read', reply: z.object({ username: z.string() }) },
  'POST /api/other': { summary: 'Who writes', access: 'write', reply: z.object({ username: z.string() }) },
});

/** For tests: people alone behind real HTTP, with a clock that can be turned and a browser for each address asked for. */
export async function startPeopleServer(db: Db, options: Options = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  let time = Date.now();
  const users = createUsers({
    registration: 'invite',
    origins: [],
    secureCookies: false,
    forgetUnits: async () => {},
    accountLocked: async () => {},
    ...options,
    db,
    log,
    now: () => new Date(time),
  });
  const others = routes(other, {
    'GET /api/other': ({ caller }) => ({ username: caller.username }),
    'POST /api/other': ({ caller }) => ({ username: caller.username }),
  });
  const app = new Koa({ proxy: true });
  app
    .use(problems(log))
    .use(createRouter([users.routes, others], { callerOf: users.callerOf, unitOf: noUnit }).routes());
  const server = createServer(app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const browser = (address?: string) => createBrowser(url, address);

  async function administrator(username = 'ada'): Promise<Browser> {
    const made = browser();
    const token = await users.setupToken();
    await succeed(made.call('POST /api/setup', { token, username, password: goodPassword }));
    return made;
  }

  async function member(by: Browser, username: string): Promise<Browser> {
    const made = browser();
    const { url: link } = await succeed(by.call<{ url: string }>('POST /api/invites', {}));
    const invite = new URL(link).searchParams.get('token');
    await succeed(made.call('POST /api/register', { username, password: goodPassword, invite }));
    return made;
  }

  return {
    url,
    users,
    lines,
    /** Signed in as the first administrator. */
    administrator,
    /** Signed in as a new user this administrator invited. */
    member,
    browser,
    /** Milliseconds. */
    turnClock: (by: number): void => {
      time += by;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const goodPassword = 'a good long password';

async function succeed<T>(call: Promise<{ status: number; body: T }>): Promise<T> {
  const { status, body } = await call;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

export type PeopleServer = Awaited<ReturnType<typeof startPeopleServer>>;

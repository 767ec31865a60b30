import { Router } from '@koa/router';
import type { Context } from 'koa';
import { z } from 'zod';
import { AppError, badRequest, forbidden, type Issue, invalid, unauthorized } from '../errors.ts';
import type { Caller, Person, UnitCaller } from '../users/caller.ts';
import { readJsonBody, readRawBody } from './body.ts';
import type { Access, Audited, Contract, Method, Route, RouteAnswer, RouteRequest } from './contract.ts';

type CallerFor<A extends Access> = A extends 'anyone' ? Caller : A extends 'unit' ? UnitCaller : Person;

export type Handlers<T extends Contract> = {
  [K in keyof T]: (
    request: RouteRequest<T[K]> & { caller: CallerFor<T[K]['access']>; ctx: Context },
  ) => Promise<RouteAnswer<T[K]>> | RouteAnswer<T[K]>;
};

type Handle = (request: {
  params: unknown;
  query: unknown;
  body: unknown;
  caller: Caller | UnitCaller;
  ctx: Context;
}) => unknown;
export type RouteTable = { key: string; route: Route; handle: Handle }[];

/** Joins a contract with its handlers; a missing, extra or wrongly typed handler does not compile. */
export function routes<T extends Contract>(contract: T, handlers: Handlers<T>): RouteTable {
  return Object.entries(contract).map(([key, route]) => ({ key, route, handle: handlers[key] as unknown as Handle }));
}

/** What somebody tries to do; `body` is missing where the access rule already refused. */
export type Attempt = { ctx: Context; caller: Caller; audited: Audited; params: unknown; body?: unknown };
/** Writes down that something is tried, does it, and writes down how it ended. */
export type Witness = <T>(attempt: Attempt, act: () => Promise<T>) => Promise<T>;

type Callers = {
  callerOf: (ctx: Context) => Promise<Caller>;
  /** @throws AppError 401 unless a unit proves that it is the one */
  unitOf: (ctx: Context) => Promise<UnitCaller>;
  witness?: Witness;
};

const unseen: Witness = (_attempt, act) => act();

/** A router that serves the tables: access first, then input, then the handler, then the reply cut to its schema. */
export function createRouter(tables: RouteTable[], { callerOf, unitOf, witness = unseen }: Callers): Router {
  /** A person who is kept from an audited act leaves a trace; of the anonymous there would be no end. */
  async function admitSeen({ access, audit: audited }: Route, caller: Caller, ctx: Context): Promise<Caller> {
    try {
      return admit(access, caller);
    } catch (error) {
      if (!audited || caller.kind === 'anonymous') throw error;
      return witness({ ctx, caller, audited, params: ctx.params }, () => Promise.reject(error));
    }
  }

  const router = new Router();
  for (const { key, route, handle } of tables.flat()) {
    const [method, path] = key.split(' ') as [Method, string];
    router.register(path, [method], async (ctx: Context) => {
      ctx.state.route = key;
      const caller = route.access === 'unit' ? await unitOf(ctx) : await admitSeen(route, await callerOf(ctx), ctx);
      const params = parse(route.params, ctx.params, '');
      const query = parse(route.query, ctx.query, '');
      const body = await readBody(route, ctx);
      const act = async () => handle({ params, query, body, caller, ctx });
      const { audit: audited } = route;
      const isSeen = audited && caller.kind !== 'unit';
      const answer = await (isSeen ? witness({ ctx, caller, audited, params, body }, act) : act());
      if (route.reply instanceof z.ZodType) reply(ctx, route, answer);
    });
  }
  return router;
}

/** @throws AppError 401 to the anonymous, 403 to those who lack the right */
function admit(access: Access, caller: Caller): Caller {
  if (access === 'anyone') return caller;
  if (caller.kind === 'anonymous') throw unauthorized('Sign in, or send an API token.');
  if (access === 'session' && caller.sessionId === undefined) {
    throw forbidden('An API token cannot do this: sign in with your password.');
  }
  if (access === 'administrator') {
    if (caller.role !== 'administrator') throw forbidden('Only an administrator can do this.');
    if (!caller.scopes.includes('administer')) throw forbidden('This API token lacks the scope "administer".');
  }
  if ((access === 'read' || access === 'write') && !caller.scopes.includes(access)) {
    throw forbidden(`This API token lacks the scope "${access}".`);
  }
  return caller;
}

async function readBody({ body }: Route, ctx: Context): Promise<unknown> {
  if (body === undefined) return undefined;
  if (body instanceof z.ZodType) return parse(body, await readJsonBody(ctx), '');
  if (body.isUnread) return undefined;
  if (!ctx.is([...body.contentTypes])) {
    throw new AppError(415, 'unsupported-media-type', `Send ${body.contentTypes.join(' or ')}.`);
  }
  return readRawBody(ctx, body.limit);
}

function reply(ctx: Context, route: Route, answer: unknown): void {
  ctx.status = route.status ?? 200;
  if (route.status === 204) return;
  ctx.body = (route.reply as z.ZodType).parse(answer);
}

function parse(schema: z.ZodType | undefined, input: unknown, root: string): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({ path: pointer(root, issue.path), message: issue.message }));
  throw summarised(issues);
}

const pointer = (root: string, path: PropertyKey[]) =>
  root + path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function summarised(issues: Issue[]) {
  const first = issues[0];
  if (!first?.path) return badRequest(first?.message ?? 'The request cannot be read.', issues);
  return invalid(`${first.path.slice(1)}: ${first.message}`, issues);
}

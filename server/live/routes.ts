import type { Context } from 'koa';
import type { Db } from '../database/connection.ts';
import { badRequest, tooManyRequests } from '../errors.ts';
import { routes } from '../http/router.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import type { Caller } from '../users/caller.ts';
import { liveContract } from './contract.ts';
import type { Listener, Live } from './live.ts';
import { type Asked, audible } from './store.ts';

type Deps = { db: Db; live: Live; journal: Journal; callerOf: (ctx: Context) => Promise<Caller>; log: Log };

/** Proxies close a connection that is silent for a minute; who is listening is checked again with each of these (ms). */
const heartbeatEvery = 25_000;
const listenersPerInstance = 2_000;
/** Values sent from the past on resuming; a page that missed more loads its charts anew. */
const resumeLimit = 5_000;

export function liveRoutes(deps: Deps) {
  const { db, live, log } = deps;
  return routes(liveContract, {
    'GET /api/live': async ({ query, caller, ctx }) => {
      if (live.listeners.size >= listenersPerInstance) throw tooManyRequests('Too many pages are open.', 30);
      const asked: Asked = { ...query, mine: query.mine === '1' };
      if (!asked.variables && !asked.units && !asked.mine && !asked.presence) {
        throw badRequest('Say what to listen to: variables, units, mine=1 or presence=mine.');
      }
      const since = resumePoint(ctx);
      const listener = await open(deps, ctx, caller, asked);
      const heartbeat = setInterval(() => beat(deps, ctx, listener, log), heartbeatEvery);
      ctx.res.once('close', () => {
        clearInterval(heartbeat);
        live.listeners.delete(listener);
      });
      await sendPast(deps, listener, since);
    },
  });

  async function open({ db }: Deps, ctx: Context, caller: Caller, asked: Asked): Promise<Listener> {
    const heard = await audible(db, caller, asked);
    const listener: Listener = {
      response: ctx.res,
      audible: heard,
      userUuid: caller.kind === 'person' ? caller.id : undefined,
      pending: [],
      alreadySent: new Set(),
      refresh: () => refresh(listener, caller, asked),
    };
    ctx.respond = false;
    ctx.req.socket.setNoDelay(true);
    ctx.res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    ctx.res.write('retry: 1000\n\n');
    live.listeners.add(listener);
    return listener;
  }

  function refresh(listener: Listener, caller: Caller, asked: Asked): void {
    audible(db, caller, asked).then(
      (heard) => {
        listener.audible = heard;
      },
      (error) => {
        log.warn({ err: error }, 'a live page could not be refreshed');
        listener.response.end();
      },
    );
  }
}

/** The tx of `Last-Event-ID`, or undefined to start with what comes. @throws AppError 400 */
function resumePoint(ctx: Context): number | undefined {
  const id = ctx.get('last-event-id');
  if (id === '') return undefined;
  if (!/^\d{1,15}$/.test(id)) throw badRequest('Last-Event-ID is not one of this stream.');
  return Number(id);
}

async function sendPast({ live, journal }: Deps, listener: Listener, since: number | undefined): Promise<void> {
  const variables = [...listener.audible.variables];
  const past = since === undefined ? [] : await journal.readSince(since, resumeLimit, variables);
  for (const { tx, n, variableUuid, unitUuid, at, value } of past) {
    listener.alreadySent.add(`${tx}.${n}`);
    const data = { variable: variableUuid, unit: unitUuid, value, at: at.toISOString() };
    live.write(listener, 'value', data, String(since));
  }
  for (const send of listener.pending ?? []) send();
  listener.pending = undefined;
  listener.alreadySent.clear();
}

async function beat({ callerOf }: Deps, ctx: Context, { response, userUuid }: Listener, log: Log): Promise<void> {
  try {
    const caller = await callerOf(ctx);
    const isSame = (caller.kind === 'person' ? caller.id : undefined) === userUuid;
    if (isSame) response.write(': still here\n\n');
    else response.end();
  } catch (error) {
    log.debug({ err: error }, 'a live page was closed');
    response.end();
  }
}

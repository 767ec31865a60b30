import type { ServerResponse } from 'node:http';
import type { Context } from 'koa';
import type { Db } from '../database/connection.ts';
import { badRequest, tooManyRequests } from '../errors.ts';
import { routes } from '../http/router.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import type { Caller } from '../users/caller.ts';
import { liveContract } from './contract.ts';
import type { Listener, Live, UnitEvent } from './live.ts';
import { type Asked, type Audible, audible } from './store.ts';

type Deps = {
  db: Db;
  live: Live;
  journal: Journal;
  /** What a page is told first, since it may have changed while the page was loading. */
  presenceOf: (unitUuid: string) => Promise<UnitEvent['data'] | undefined>;
  callerOf: (ctx: Context) => Promise<Caller>;
  log: Log;
};

/** Proxies close a connection that is silent for a minute; who is listening is checked again with each of these (ms). */
const heartbeatEvery = 25_000;
const listenersPerInstance = 2_000;
/** Values sent from the past on resuming, so many at a time; a page that missed more is told to load anew. */
const [resumeLimit, resumeStep] = [5_000, 500];

export function liveRoutes(deps: Deps) {
  const { db, live, log } = deps;
  return routes(liveContract, {
    'GET /api/live': async ({ query, caller, ctx }) => {
      if (live.listeners.size >= listenersPerInstance) throw tooManyRequests('Too many pages are open.', 30);
      const asked: Asked = { ...query, mine: query.mine === '1' };
      if (!asked.variables && !asked.units && !asked.mine && !asked.presence && !asked.links) {
        throw badRequest('Say what to listen to: variables, units, mine=1, presence=mine or links=mine.');
      }
      const since = resumePoint(ctx);
      const listener = listen(ctx, caller, asked);
      await listener.refresh();
      if (ctx.res.writableEnded) return;
      begin(ctx.res);
      await sendPresences(deps, listener).catch((error) => endWith(listener, error));
      await sendPast(deps, listener, since).catch((error) => endWith(listener, error));
    },
  });

  /** Hears of changes before it is looked up what may be heard: what changes meanwhile is not missed. */
  function listen(ctx: Context, caller: Caller, asked: Asked): Listener {
    const listener: Listener = {
      response: ctx.res,
      audible: { variables: new Set(), units: new Set(), ownUnits: new Set() },
      userUuid: caller.kind === 'person' ? caller.id : undefined,
      isMine: asked.mine === true || asked.presence === 'mine',
      hearsLinks: asked.mine === true || asked.links === 'mine',
      pending: [],
      alreadySent: new Set(),
      refresh: refreshing(
        () => listener,
        () => audible(db, caller, asked),
      ),
    };
    const heartbeat = setInterval(() => beat(deps, ctx, listener, log), heartbeatEvery);
    ctx.res.once('close', () => {
      clearInterval(heartbeat);
      live.listeners.delete(listener);
    });
    ctx.respond = false;
    live.listeners.add(listener);
    return listener;
  }

  /**
   * Of lookups under way at once the last one begun counts, and all end with it: an older answer must not bring back what
   * was taken away.
   */
  function refreshing(listener: () => Listener, lookUp: () => Promise<Audible>): () => Promise<void> {
    let latest: Promise<void> | undefined;
    return () => {
      const own: Promise<void> = lookUp().then(
        (heard) => {
          if (latest !== own) return latest;
          listener().audible = heard;
        },
        (error) => endWith(listener(), error),
      );
      latest = own;
      return own;
    };
  }

  function endWith({ response }: Listener, error: unknown): void {
    log.warn({ err: error }, 'a live page was closed; it comes back by itself');
    if (!response.headersSent) begin(response);
    response.end();
  }
}

function begin(response: ServerResponse): void {
  response.socket?.setNoDelay(true);
  response.writeHead(200, {
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  response.write('retry: 1000\n\n');
}

async function sendPresences({ live, presenceOf }: Deps, listener: Listener): Promise<void> {
  for (const unit of listener.audible.units) {
    const presence = await presenceOf(unit);
    if (presence) live.write(listener, 'presence', presence);
  }
}

/** The tx of `Last-Event-ID`, or undefined to start with what comes. @throws AppError 400 */
function resumePoint(ctx: Context): number | undefined {
  const id = ctx.get('last-event-id');
  if (id === '') return undefined;
  if (!/^\d{1,15}$/.test(id)) throw badRequest('Last-Event-ID is not one of this stream.');
  return Number(id);
}

/** What was stored since, as fast as the page reads it, then what came meanwhile. */
async function sendPast(deps: Deps, listener: Listener, since: number | undefined): Promise<void> {
  if (since !== undefined) await sendStored(deps, listener, since);
  for (const send of listener.pending ?? []) send();
  listener.pending = undefined;
  listener.alreadySent.clear();
}

async function sendStored({ live, journal }: Deps, listener: Listener, since: number): Promise<void> {
  const variables = [...listener.audible.variables];
  const past = await journal.readSince(since, resumeLimit, variables);
  for (const [index, { tx, n, variableUuid, unitUuid, at, value }] of past.entries()) {
    if (index % resumeStep === 0) await drained(listener.response);
    if (!listener.audible.variables.has(variableUuid)) continue;
    listener.alreadySent.add(`${tx}.${n}`);
    const data = { variable: variableUuid, unit: unitUuid, value, at: at.toISOString() };
    live.write(listener, 'value', data, String(since));
  }
  if (past.length === resumeLimit) live.write(listener, 'missed', {});
}

async function drained(response: ServerResponse): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return;
  await new Promise<void>((resolve) => {
    response.once('drain', resolve).once('close', resolve);
  });
}

async function beat({ callerOf }: Deps, ctx: Context, { response, userUuid }: Listener, log: Log): Promise<void> {
  try {
    const caller = await callerOf(ctx);
    const isSame = (caller.kind === 'person' ? caller.id : undefined) === userUuid;
    if (!isSame) response.end();
    else if (response.headersSent && !response.writableEnded) response.write(': still here\n\n');
  } catch (error) {
    log.debug({ err: error }, 'a live page was closed');
    response.end();
  }
}

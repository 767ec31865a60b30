import type { Context, Middleware } from 'koa';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyRequests } from '../errors.ts';
import type { Caller } from '../users/caller.ts';

/** Requests a minute, by kind of caller; a page of fifty charts opens with about a hundred. */
const perMinute = { anonymous: 600, session: 3_000, token: 1_200 };

/** Counts requests per address for the anonymous, per user and kind for the others. */
export function rateLimits(callerOf: (ctx: Context) => Promise<Caller>): Middleware {
  const limiters = Object.fromEntries(
    Object.entries(perMinute).map(([kind, points]) => [kind, new RateLimiterMemory({ points, duration: 60 })]),
  );
  return async (ctx, next) => {
    const caller = await callerOf(ctx);
    const kind = caller.kind === 'anonymous' ? 'anonymous' : caller.sessionId === undefined ? 'token' : 'session';
    const key = caller.kind === 'anonymous' ? ctx.ip : String(caller.userId);
    try {
      await limiters[kind]?.consume(key);
    } catch (blocked) {
      throw tooManyRequests('Too many requests.', (blocked as RateLimiterRes).msBeforeNext / 1000);
    }
    await next();
  };
}

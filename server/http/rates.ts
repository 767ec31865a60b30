import type { Context, Middleware } from 'koa';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { createBuckets } from '../buckets.ts';
import { tooManyRequests } from '../errors.ts';
import { networkOf } from '../network.ts';
import type { Caller } from '../users/caller.ts';

/** Requests a minute, by kind of caller; a page of fifty charts opens with about a hundred. */
const perMinute = { anonymous: 600, submission: 1_200, session: 3_000, token: 1_200 };

/** Counters of networks at most, however many addresses call. */
const networks = 2 ** 14;

/** Counts requests per network for the anonymous and for wrong tokens, per user and kind for the others. */
export function rateLimits(callerOf: (ctx: Context) => Promise<Caller>): Middleware {
  const limiters = Object.fromEntries(
    Object.entries(perMinute).map(([kind, points]) => [kind, new RateLimiterMemory({ points, duration: 60 })]),
  );
  const bucketOf = createBuckets(networks);

  async function count(kind: keyof typeof perMinute, key: string | number): Promise<void> {
    try {
      await limiters[kind]?.consume(key);
    } catch (blocked) {
      throw tooManyRequests('Too many requests.', (blocked as RateLimiterRes).msBeforeNext / 1000);
    }
  }

  /** Devices are counted where they are let in: by unit, and by address what fails. */
  const isDevice = (ctx: Context) => ctx.path.startsWith('/api/device/') && /^unit /i.test(ctx.get('authorization'));
  const isSubmission = (ctx: Context) => ctx.path.startsWith('/api/submit/');
  const countAnonymous = (ctx: Context) =>
    count(isSubmission(ctx) ? 'submission' : 'anonymous', bucketOf(networkOf(ctx.ip)));

  return async (ctx, next) => {
    if (isDevice(ctx)) return next();
    const caller = await callerOf(ctx).catch(async (error) => {
      await countAnonymous(ctx);
      throw error;
    });
    if (caller.kind === 'anonymous') await countAnonymous(ctx);
    else await count(caller.sessionId === undefined ? 'token' : 'session', caller.userId);
    await next();
  };
}

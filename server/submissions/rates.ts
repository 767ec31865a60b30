import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Submissions that one endpoint takes. */
export type Rate = { perSecond: number; perMinute: number };

/** Counts the submissions of each endpoint; there are as many counters as endpoints that are used. */
export function createRates({ perSecond, perMinute }: Rate) {
  const second = new RateLimiterMemory({ points: perSecond, duration: 1 });
  const minute = new RateLimiterMemory({ points: perMinute, duration: 60 });

  /** Counts one more. @returns the seconds to wait where it is one too many */
  return async (endpointId: number): Promise<number | undefined> => {
    try {
      await minute.consume(endpointId);
      await second.consume(endpointId);
      return undefined;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return refused.msBeforeNext / 1000;
    }
  };
}

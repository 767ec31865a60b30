import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { createBuckets } from '../buckets.ts';
import { tooManyRequests } from '../errors.ts';
import { networkOf } from '../network.ts';

const minute = 60;
const allowed = {
  /** Failed sign-ins from one address. */
  address: { points: 30, duration: 10 * minute },
  /** Failed sign-ins to one username, from wherever, whether it exists or not. */
  account: { points: 10, duration: 15 * minute },
  /** New accounts, and tries at setup, from one address. */
  newcomer: { points: 60, duration: 60 * minute },
  /** A signed-in person's wrong answers to "your password?". */
  confirmation: { points: 10, duration: 15 * minute },
};

/** 16,384 counters of each kind at most, about 1 KB each, however many addresses and usernames are tried. */
const buckets = 2 ** 14;

/** Limits on guessing passwords. Counted before the work, so that guesses made at once count too; a right answer is given back. */
export function createLimits(bucketOf: (name: string) => string | number = createBuckets(buckets)) {
  const address = new RateLimiterMemory(allowed.address);
  const account = new RateLimiterMemory(allowed.account);
  const newcomer = new RateLimiterMemory(allowed.newcomer);
  const confirmation = new RateLimiterMemory(allowed.confirmation);

  async function count(limiter: RateLimiterMemory, key: string | number): Promise<void> {
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw tooManyRequests('Too many attempts; wait a while.', refused.msBeforeNext / 1000);
    }
  }

  return {
    /**
     * One try to sign in. @param accountKey the username, folded
     * @returns what to call when the password was right
     * @throws AppError 429
     */
    signIn: async (ip: string, accountKey: string): Promise<() => Promise<void>> => {
      const from = bucketOf(networkOf(ip));
      const to = bucketOf(accountKey);
      // The address first: one that is over its limit must not keep an account closed.
      await count(address, from);
      await count(account, to);
      return async () => {
        await address.reward(from);
        await account.delete(to);
      };
    },

    /** One try to make an account. @throws AppError 429 */
    newcomer: (ip: string): Promise<void> => count(newcomer, bucketOf(networkOf(ip))),

    /** One try of a signed-in person to prove the password; the same as `signIn`. */
    confirmation: async (userId: number): Promise<() => Promise<void>> => {
      await count(confirmation, userId);
      return async () => void (await confirmation.delete(userId));
    },
  };
}

export type Limits = ReturnType<typeof createLimits>;

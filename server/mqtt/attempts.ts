import { RateLimiterMemory } from 'rate-limiter-flexible';
import { hashToken } from '../directory/directory.ts';

/**
 * Failed attempts within a minute before no more are looked at: of one device at an address (a wrong one must not keep its
 * neighbours behind the same router out), and of the address in all.
 */
const failuresPerMinute = { device: 30, address: 600 };

/** Where somebody tries to get in, and as whom: a unit's UUID or token, undefined when nothing of the kind was shown. */
export type Origin = { address: string; name: string | undefined };

/** Counts what failed, over all doors together. */
export function createAttempts() {
  const ofDevice = new RateLimiterMemory({ points: failuresPerMinute.device, duration: 60 });
  const ofAddress = new RateLimiterMemory({ points: failuresPerMinute.address, duration: 60 });

  return {
    areTooMany: async (origin: Origin): Promise<boolean> => {
      const past = await Promise.all([ofDevice.get(deviceKey(origin)), ofAddress.get(origin.address)]);
      return past.some((failures) => failures && failures.remainingPoints === 0);
    },
    failed: async (origin: Origin): Promise<void> => {
      const counted = [ofAddress.consume(origin.address)];
      if (origin.name !== undefined) counted.push(ofDevice.consume(deviceKey(origin)));
      await Promise.allSettled(counted);
    },
  };
}

const deviceKey = ({ address, name = '' }: Origin) => `${address} ${hashToken(name).toString('base64')}`;

export type Rate = { perSecond: number; perMinute: number };

/** A message is held back this long at most (ms); a device's own keepalive is usually 30 s or more. */
const longestHold = 20_000;

/**
 * The limits of one unit as two token buckets, kept as the time at which each would be full again (GCRA, ITU-T I.371):
 * a second's worth and a minute's worth may come at once, then the rates hold.
 */
export function createFlow(rate: Rate) {
  const secondCost = 1_000 / rate.perSecond;
  const minuteCost = 60_000 / rate.perMinute;
  let secondFull = 0;
  let minuteFull = 0;

  return {
    /** @param now milliseconds @returns milliseconds this message has to wait; undefined: too many wait already */
    take(now: number): number | undefined {
      const second = Math.max(secondFull, now);
      const minute = Math.max(minuteFull, now);
      const wait = Math.max(second + secondCost - now - 1_000, minute + minuteCost - now - 60_000, 0);
      if (wait > longestHold) return undefined;
      secondFull = second + secondCost;
      minuteFull = minute + minuteCost;
      return wait;
    },
  };
}

export type Flow = ReturnType<typeof createFlow>;

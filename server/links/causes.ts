import type { Stop } from '../journal/journal.ts';

/** What a unit says within this time after a linked input was sent to it counts as caused by it (ms). */
const causedWithin = 250;

/** Why a unit may be speaking: a value that had come to it through so many links, by these units, this one last. */
export type Cause = { at: number; hops: number; trail: readonly Stop[] };

/**
 * What was sent to units through links a moment ago. A device tells nobody why it publishes, so that only time can: feedback slower
 * than a quarter of a second (a thermostat) is nobody's loop.
 */
export function createCauses() {
  /** Of each unit the longest chain first, each younger than the ones before it: what is hidden by a later, longer one is gone. */
  const byUnit = new Map<string, Cause[]>();

  const isOver = (cause: Cause | undefined, now: number) => cause === undefined || now - cause.at > causedWithin;

  /** Those noted longest ago stand first. */
  function forgetOld(now: number): void {
    for (const [unitUuid, causes] of byUnit) {
      if (!isOver(causes.at(-1), now)) return;
      byUnit.delete(unitUuid);
    }
  }

  return {
    note(unitUuid: string, cause: Cause): void {
      const causes = byUnit.get(unitUuid) ?? [];
      while ((causes.at(-1)?.hops ?? Number.POSITIVE_INFINITY) <= cause.hops) causes.pop();
      causes.push(cause);
      byUnit.delete(unitUuid);
      byUnit.set(unitUuid, causes);
      forgetOld(cause.at);
    },

    /** The longest chain that this unit may be answering to. @param now epoch milliseconds */
    of(unitUuid: string, now: number): Cause | undefined {
      const causes = byUnit.get(unitUuid);
      while (causes?.length && isOver(causes[0], now)) causes.shift();
      return causes?.[0];
    },
  };
}

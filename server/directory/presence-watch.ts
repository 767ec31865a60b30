import type { Presence, PresenceOf } from '../variables/variables.ts';
import type { Directory, LiveUnit } from './directory.ts';

type Deps = {
  directory: Directory;
  presenceOf: PresenceOf;
  changed: (presence: PresenceOfUnit) => void;
};

/** `lastSeenAt` in ISO 8601. */
export type PresenceOfUnit = { unit: string; presence: Presence; lastSeenAt: string | null };

const watchEvery = 2_000;

/** Tells when a unit's presence changes: at once when it connects or goes, within 2 s when it falls silent. */
export function createPresenceWatch({ directory, presenceOf, changed }: Deps) {
  const told = new Map<string, Presence>();
  let timer: NodeJS.Timeout | undefined;

  function check(unit: LiveUnit): void {
    const presence = presenceOf(unit);
    if (told.get(unit.uuid) === presence) return;
    told.set(unit.uuid, presence);
    changed(presented(unit, presence));
  }

  return {
    check,
    /** Of a unit that is in memory; of any other nothing has changed since it was last looked at. */
    of: async (uuid: string) => {
      const unit = await directory.known(uuid);
      return unit && presented(unit, presenceOf(unit));
    },
    start: () => {
      timer = setInterval(() => {
        for (const unit of directory.all()) check(unit);
      }, watchEvery).unref();
    },
    stop: () => clearInterval(timer),
  };
}

const presented = ({ uuid, lastSeenAt }: LiveUnit, presence: Presence): PresenceOfUnit => ({
  unit: uuid,
  presence,
  lastSeenAt: lastSeenAt?.toISOString() ?? null,
});

import type { Presence, PresenceOf } from '../variables/variables.ts';
import type { Directory, LiveUnit } from './directory.ts';

type Deps = {
  directory: Directory;
  presenceOf: PresenceOf;
  changed: (unit: LiveUnit, presence: Presence) => void;
};

const watchEvery = 2_000;

/** Tells when a unit's presence changes: at once when it connects or goes, within 2 s when it falls silent. */
export function createPresenceWatch({ directory, presenceOf, changed }: Deps) {
  const told = new Map<string, Presence>();
  let timer: NodeJS.Timeout | undefined;

  function check(unit: LiveUnit): void {
    const presence = presenceOf(unit);
    if (told.get(unit.uuid) === presence) return;
    told.set(unit.uuid, presence);
    changed(unit, presence);
  }

  return {
    check,
    start: () => {
      timer = setInterval(() => {
        for (const unit of directory.all()) check(unit);
      }, watchEvery).unref();
    },
    stop: () => clearInterval(timer),
  };
}

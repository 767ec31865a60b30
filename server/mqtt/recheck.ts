import { setTimeout as pause } from 'node:timers/promises';
import { type Directory, keysOf, type LiveUnit } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import type { Connections } from './connections.ts';

type Deps = {
  directory: Pick<Directory, 'find'>;
  connections: Pick<Connections, 'has' | 'of'>;
  log: Log;
  /** Milliseconds until a database that did not answer is asked again. */
  again?: number;
};

/**
 * Brings a change of a unit to its connections. It is looked up until the database answers: nobody stays connected because it
 * was away.
 */
export function createRecheck({ directory, connections, log, again = 1_000 }: Deps) {
  return async (uuid: string): Promise<void> => {
    while (connections.has(uuid)) {
      try {
        return apply(connections, uuid, await directory.find(uuid));
      } catch (error) {
        log.warn({ err: error, unit: uuid }, 'a changed unit could not be looked up; it is tried again');
        await pause(again, undefined, { ref: false });
      }
    }
  };
}

/** A unit that is gone, whose owner is locked or whose keys were remade is cut off; other changes reach its connections. */
function apply(connections: Deps['connections'], uuid: string, unit: LiveUnit | undefined): void {
  for (const { sender, socket } of connections.of(uuid)) {
    const keys = unit && keysOf(unit, sender.keys.generation);
    const mayStay = keys && unit.security === sender.unit.security && !unit.isOwnerLocked;
    if (mayStay) Object.assign(sender, { unit, keys });
    else socket.destroy();
  }
}

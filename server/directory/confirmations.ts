import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';
import type { LiveVariable } from './directory.ts';
import { noteConfirmed } from './store.ts';

type Deps = {
  db: Db;
  /** Called once it is stored. */
  confirmed: (unitUuid: string, variableUuid: string, at: Date) => void;
  log: Log;
};

type Noted = { unitUuid: string; variableUuid: string; at: Date };

/** A commit for each one would cost the database as much as the values do (ms). */
const gatherFor = 50;

/** Notes which inputs their devices have acknowledged: what comes within a moment is one write, with the last time of each input. */
export function createConfirmations({ db, confirmed, log }: Deps) {
  let waiting = new Map<number, Noted>();
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> | undefined;

  async function store(): Promise<void> {
    const taken = waiting;
    waiting = new Map();
    try {
      await noteConfirmed(db, new Map([...taken].map(([id, { at }]) => [id, at])));
      for (const { unitUuid, variableUuid, at } of taken.values()) confirmed(unitUuid, variableUuid, at);
    } catch (error) {
      log.warn({ err: error }, 'confirmations could not be stored');
    }
  }

  /** One write at a time; what comes meanwhile is gathered for the next one. */
  async function flush(): Promise<void> {
    while (storing) await storing;
    clearTimeout(timer);
    timer = undefined;
    if (waiting.size === 0) return;
    storing = store();
    await storing;
    storing = undefined;
  }

  return {
    note(unitUuid: string, input: LiveVariable): void {
      waiting.set(input.id, { unitUuid, variableUuid: input.uuid, at: new Date() });
      timer ??= setTimeout(flush, gatherFor).unref();
    },
    stop: flush,
  };
}

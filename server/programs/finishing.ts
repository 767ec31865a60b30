import type { Db } from '../database/connection.ts';
import type { Templates } from '../templates/templates.ts';
import type { StoredUnit, Units } from '../units/units.ts';
import { changeUpdate, lockUpdate, type StoredUpdate, updateById } from './store.ts';

export type Outcome = { status: 'done' | 'failed' | 'cancelled'; detail: string };

type Deps = { db: Db; units: Units; templates: Templates };

/** How an update ends: with the new schema, or with the old one again. */
export function createFinishing({ db, units, templates }: Deps) {
  async function settle(tx: Db, unit: StoredUnit, { status, toVersionId }: StoredUpdate, outcome: Outcome) {
    // One that waits has changed nothing yet.
    if (status === 'waiting') return;
    const isDone = outcome.status === 'done' && toVersionId !== null;
    const version = isDone ? await templates.version(tx, toVersionId) : undefined;
    if (version) await units.programChange.finish(tx, unit, version);
    else await units.programChange.giveUp(tx, unit);
  }

  /** Ends it once, however often it is told. @returns it as it then is; undefined when it was over before */
  return async ({ id, unit: uuid }: StoredUpdate, outcome: Outcome): Promise<StoredUpdate | undefined> => {
    const isEnded = await db.transaction().execute(async (tx) => {
      const unit = await units.lock(tx, uuid);
      const update = unit && (await lockUpdate(tx, id));
      if (!unit || !update || update.finishedAt) return false;
      await settle(tx, unit, update, outcome);
      await changeUpdate(tx, id, { ...outcome, finishedAt: new Date() });
      return true;
    });
    return isEnded ? updateById(db, id) : undefined;
  };
}

export type Finish = ReturnType<typeof createFinishing>;

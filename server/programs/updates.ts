import { v7 as uuidv7 } from 'uuid';
import type { Commands, StoredCommand } from '../commands/commands.ts';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Units } from '../units/units.ts';
import type { Person } from '../users/caller.ts';
import type { Finish, Outcome } from './finishing.ts';
import type { Staged } from './staged.ts';
import type { Starting } from './starting.ts';
import {
  dropOldUpdates,
  insertUpdate,
  mostUpdates,
  type StoredUpdate,
  updateById,
  updateByUuid,
  updateOfCommand,
} from './store.ts';

type Deps = {
  db: Db;
  units: Units;
  commands: Commands;
  starting: Starting;
  staged: Staged;
  finish: Finish;
  changed: (update: StoredUpdate) => void;
};
type Wanted = { version?: string | undefined; overTheAir: boolean };
type Ordered = { id: number; command: string | undefined };

/** A unit's way from one version of its program to another. */
export function createUpdates({ db, units, commands, starting, staged, finish, changed }: Deps) {
  async function insert(tx: Db, caller: Person, uuid: string, { version, overTheAir }: Wanted): Promise<Ordered> {
    const unit = await units.lockOwn(tx, caller, uuid);
    const { current, target } = await starting.targetOf(tx, caller, unit, version);
    const onTheWay = overTheAir ? await starting.versionProblem(tx, target.versionId) : undefined;
    const problem = (await starting.unitProblem(tx, unit, overTheAir)) ?? onTheWay;
    if (problem) throw conflict(problem);
    const command = overTheAir ? await starting.begin(tx, unit, target, caller.userId) : undefined;
    if (!overTheAir) await units.programChange.finish(tx, unit, { ...target, id: target.versionId });
    const id = await insertUpdate(tx, {
      ...{ uuid: uuidv7(), unitId: unit.id, overTheAir, createdBy: caller.userId, commandUuid: command ?? null },
      ...{ fromVersionId: current.id, toVersionId: target.versionId, fromLabel: current.label, toLabel: target.label },
      ...(overTheAir ? { status: 'ordered' as const } : { status: 'done' as const, finishedAt: new Date() }),
    });
    await dropOldUpdates(tx, unit.id, mostUpdates);
    return { id, command };
  }

  async function end(update: StoredUpdate, outcome: Outcome): Promise<void> {
    const ended = await finish(update, outcome);
    if (!ended) return;
    changed(ended);
    await staged.settleWaiting(ended);
  }

  async function expect(id: number): Promise<StoredUpdate> {
    const update = await updateById(db, id);
    if (!update) throw notFound('update');
    return update;
  }

  return {
    end,

    /** @throws AppError 404 the unit or the version, 409 it cannot be updated, and why */
    async order(caller: Person, unitUuid: string, wanted: Wanted): Promise<StoredUpdate> {
      const { id, command } = await db.transaction().execute((tx) => insert(tx, caller, unitUuid, wanted));
      if (command) await commands.dispatch(command);
      const update = await expect(id);
      changed(update);
      return update;
    },

    /** @throws AppError 404, 409 the board has begun, or it is over */
    async cancel(caller: Person, uuid: string): Promise<StoredUpdate> {
      const update = await updateByUuid(db, uuid);
      if (update?.ownerId !== caller.userId) throw notFound('update');
      const { id, status, commandUuid, unit } = update;
      const hasBegun = status === 'ordered' && commandUuid !== null && !(await commands.cancel(commandUuid, unit));
      if (hasBegun || !['waiting', 'ordered'].includes(status)) throw conflict('The board has begun, or it is over.');
      await end(update, { status: 'cancelled', detail: '' });
      return expect(id);
    },

    /** The command that carries an update is over: so is the update. Told more than once it changes nothing. */
    async follow({ uuid, status, detail }: StoredCommand): Promise<void> {
      const outcome = outcomeOf[status];
      const update = outcome && (await updateOfCommand(db, uuid));
      if (outcome && update && !update.finishedAt) await end(update, { status: outcome, detail });
    },
  };
}

export type Updates = ReturnType<typeof createUpdates>;

const outcomeOf: Partial<Record<StoredCommand['status'], Outcome['status']>> = {
  done: 'done',
  failed: 'failed',
  expired: 'failed',
  cancelled: 'cancelled',
};

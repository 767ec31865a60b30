import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { AppError, conflict, type Issue } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Templates, Usable } from '../templates/templates.ts';
import type { StoredUnit, Units } from '../units/units.ts';
import type { Person } from '../users/caller.ts';
import type { Finish } from './finishing.ts';
import type { Starting } from './starting.ts';
import {
  changeUpdate,
  dropOldUpdates,
  insertUpdate,
  lockUpdate,
  mostUpdates,
  type StoredUpdate,
  updateById,
  updatesWaitingFor,
} from './store.ts';

type Deps = {
  db: Db;
  units: Units;
  templates: Templates;
  starting: Starting;
  finish: Finish;
  dispatch: (command: string) => Promise<unknown>;
  changed: (update: StoredUpdate) => void;
  log: Log;
};
/** Each takes some 10 ms; nobody waits for a thousand of them. */
const begunAtOnce = 25;

type Wanted = { units: string[]; version?: string | undefined; staged: boolean };

/** Updates of several units: all at once, or the first one and then the rest if it comes back well. */
export function createStaged({ db, units, templates, starting, finish, dispatch, changed, log }: Deps) {
  async function checked(tx: Db, caller: Person, template: string, wanted: Wanted) {
    const target = await templates.usable(tx, caller, template, wanted.version);
    const problem = await starting.versionProblem(tx, target.versionId);
    if (problem) throw conflict(problem);
    const issues: Issue[] = [];
    const found = new Map<string, { unit: StoredUnit; from: string }>();
    // Locked in one order by all, so that two requests never wait for each other.
    for (const uuid of [...new Set(wanted.units)].toSorted()) {
      const unit = await units.lockOwn(tx, caller, uuid);
      const made = unit.templateVersionId === null ? undefined : await templates.version(tx, unit.templateVersionId);
      const isOfTemplate = made?.templateUuid === template;
      const message = isOfTemplate ? await starting.unitProblem(tx, unit, true) : 'It was not made from this template.';
      if (message) issues.push({ path: `/units/${wanted.units.indexOf(uuid)}`, message: `${unit.name}: ${message}` });
      found.set(uuid, { unit, from: made?.label ?? '' });
    }
    const [first] = issues;
    if (first) throw new AppError(409, 'conflict', first.message, { issues });
    return { target, found };
  }

  /** As they are asked for, all of them waiting. */
  async function insertAll(tx: Db, caller: Person, template: string, wanted: Wanted): Promise<number[]> {
    const { target, found } = await checked(tx, caller, template, wanted);
    const ids: number[] = [];
    for (const uuid of new Set(wanted.units)) {
      const one = found.get(uuid);
      if (!one) continue;
      ids.push(await insertUpdate(tx, rowOf(one, target, caller, (wanted.staged && ids[0]) || null)));
      await dropOldUpdates(tx, one.unit.id, mostUpdates);
    }
    return ids;
  }

  async function begin(tx: Db, { id, unit: uuid }: StoredUpdate): Promise<string | undefined> {
    const unit = await units.lock(tx, uuid);
    const update = unit && (await lockUpdate(tx, id));
    if (!unit || update?.status !== 'waiting') return undefined;
    const version = update.toVersionId === null ? undefined : await templates.version(tx, update.toVersionId);
    if (!version) throw conflict('This version is gone.');
    const problem = starting.airProblem(unit);
    if (problem) throw conflict(problem);
    const command = await starting.begin(tx, unit, { ...version, versionId: version.id }, update.createdBy);
    await changeUpdate(tx, id, { status: 'ordered', commandUuid: command, detail: '' });
    return command;
  }

  /** Orders it; what stands against it for the moment is said, and it is tried again. */
  async function release(update: StoredUpdate): Promise<void> {
    try {
      const command = await db.transaction().execute((tx) => begin(tx, update));
      if (command) await dispatch(command);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      log.debug({ err: error, update: update.uuid }, 'an update cannot begin yet');
      if (error.message !== update.detail) await changeUpdate(db, update.id, { detail: error.message });
    }
    const now = await updateById(db, update.id);
    if (now && (now.status !== update.status || now.detail !== update.detail)) changed(now);
  }

  /** One that waits: begins when the first one came back well, is given up when that one did not. */
  async function settle(update: StoredUpdate): Promise<void> {
    if (update.waitsFor === null) return release(update);
    const first = await updateById(db, update.waitsFor);
    if (first && !first.finishedAt) return;
    if (first?.status === 'done') return release(update);
    const cancelled = await finish(update, { status: 'cancelled', detail: whyNot(first) });
    if (cancelled) changed(cancelled);
  }

  async function settleById(id: number): Promise<void> {
    const update = await updateById(db, id);
    if (update?.status === 'waiting') await settle(update);
  }

  return {
    settle,

    /** After the end of one: those that waited for it. */
    async settleWaiting({ id }: StoredUpdate): Promise<void> {
      for (const waiting of await updatesWaitingFor(db, id)) await settle(waiting);
    },

    /**
     * What is not under way when this answers follows by itself, also after a crash.
     * @throws AppError 404 the template, the version or a unit, 409 with a line for every unit that cannot be updated
     */
    async order(caller: Person, template: string, wanted: Wanted): Promise<StoredUpdate[]> {
      const ids = await db.transaction().execute((tx) => insertAll(tx, caller, template, wanted));
      for (const id of ids.slice(0, begunAtOnce)) await settleById(id);
      const rest = ids.slice(begunAtOnce).reduce((before, id) => before.then(() => settleById(id)), Promise.resolve());
      rest.catch((err) => log.warn({ err }, 'updates could not begin; it is tried again'));
      const updates = await Promise.all(ids.map((id) => updateById(db, id)));
      return updates.filter((update) => update !== undefined);
    },
  };
}

export type Staged = ReturnType<typeof createStaged>;

function rowOf(
  { unit, from }: { unit: StoredUnit; from: string },
  { versionId, label }: Usable,
  { userId }: Person,
  waitsFor: number | null,
) {
  const versions = { fromVersionId: unit.templateVersionId, toVersionId: versionId, fromLabel: from, toLabel: label };
  return {
    uuid: uuidv7(),
    unitId: unit.id,
    ...versions,
    overTheAir: true,
    createdBy: userId,
    waitsFor,
    status: 'waiting' as const,
  };
}

function whyNot(first: StoredUpdate | undefined): string {
  if (!first) return 'The unit that was to go first is gone.';
  const how = first.status === 'failed' ? 'failed' : 'was cancelled';
  return `“${first.unitName}”, which went first, ${how}${first.detail ? `: ${first.detail}` : '.'}`;
}

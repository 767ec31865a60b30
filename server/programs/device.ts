import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { Units } from '../units/units.ts';
import type { UnitCaller } from '../users/caller.ts';
import { manifestOf } from './manifest.ts';
import type { Program, ProgramOf } from './program.ts';
import { countFetched, openUpdate, type StoredUpdate, stepUpdate, updateById, versionOfUnit } from './store.ts';

type Deps = { db: Db; units: Units; programOf: ProgramOf; changed: (update: StoredUpdate) => void };

/** What a unit is to run: where an update is under way the program that it leads to. */
export function createTargetOf({ db, programOf }: Pick<Deps, 'db' | 'programOf'>) {
  /** @throws AppError 404 when the version is gone */
  return async (unitId: number): Promise<{ program: Program; update: StoredUpdate | undefined }> => {
    const open = await openUpdate(db, unitId);
    const update = open?.status === 'waiting' ? undefined : open;
    const program = await programOf.of(update ? update.toVersionId : await versionOfUnit(db, unitId));
    if (!program || (update && update.toVersionId === null)) throw notFound('version of the program');
    return { program, update };
  };
}

/** What a board fetches over HTTP; what it has fetched is the progress of its update. */
export function createDevice({ db, units, programOf, changed }: Deps) {
  const targetOf = createTargetOf({ db, programOf });

  async function tell(id: number): Promise<void> {
    const update = await updateById(db, id);
    if (update) changed(update);
  }

  return {
    /** @throws AppError 404 */
    async manifest({ unitId }: UnitCaller): Promise<Buffer> {
      const { program, update } = await targetOf(unitId);
      if (update && (await stepUpdate(db, update.id, 'ordered', 'fetching'))) await tell(update.id);
      return Buffer.from(manifestOf(program));
    },

    /** @throws AppError 404 */
    async file({ unitId }: UnitCaller, path: string): Promise<Buffer> {
      const { program, update } = await targetOf(unitId);
      const file = program.files.find((one) => one.path === path);
      if (!file) throw notFound('file');
      if (update?.status === 'fetching') {
        await countFetched(db, update.id, file.content.length);
        await tell(update.id);
      }
      return file.content;
    },

    /** @throws AppError 401 when its keys were cut off meanwhile */
    env: async ({ uuid, generation }: UnitCaller): Promise<Buffer> =>
      Buffer.from(JSON.stringify(await units.envForUnit(uuid, generation))),
  };
}

export type Device = ReturnType<typeof createDevice>;

import type { Commands, StoredCommand } from '../commands/commands.ts';
import type { Db } from '../database/connection.ts';
import type { UpdateEvent } from '../live/live.ts';
import type { Log } from '../log.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Templates } from '../templates/templates.ts';
import type { Units } from '../units/units.ts';
import { createBoardImages } from './board-images.ts';
import { createDevice } from './device.ts';
import { createFinishing, type Outcome } from './finishing.ts';
import { createProgramOf } from './program.ts';
import { createReading } from './reading.ts';
import { programsRoutes } from './routes.ts';
import { createStaged } from './staged.ts';
import { createStarting } from './starting.ts';
import { beginTrial, openUpdates, type StoredUpdate, updateById } from './store.ts';
import { createUpdates } from './updates.ts';

type Deps = {
  db: Db;
  units: Units;
  templates: Templates;
  sectors: Sectors;
  commands: Commands;
  imagesFolder: string;
  progressed: (progress: UpdateEvent) => void;
  log: Log;
};

/** Milliseconds: what a crash or another process left half done is found within this time. */
const upkeepEvery = 30_000;
const lost: Outcome = { status: 'failed', detail: 'Its command is gone.' };
const isOver = ({ status }: StoredCommand) => ['done', 'failed', 'expired', 'cancelled'].includes(status);

/** The programs of units, on boards and on their way there. */
export function createPrograms(deps: Deps) {
  const { db, units, commands, log } = deps;
  let timer: NodeJS.Timeout | undefined;

  function changed({ unit, uuid, status, detail, filesFetched, bytesFetched }: StoredUpdate): void {
    deps.progressed({ unit, id: uuid, status, detail, filesFetched, bytesFetched });
  }

  const programOf = createProgramOf(deps);
  const starting = createStarting({ ...deps, programOf });
  const finish = createFinishing(deps);
  const staged = createStaged({ ...deps, starting, finish, changed, dispatch: commands.dispatch });
  const updates = createUpdates({ ...deps, starting, staged, finish, changed });
  const device = createDevice({ ...deps, programOf, changed });

  /** What a command that is over brings with it. */
  async function follow(command: StoredCommand): Promise<void> {
    if (!isOver(command)) return;
    if (command.command === 'update') await updates.follow(command);
    if (command.command === 'env') await units.keyChange.settle(command.uuid, command.status === 'done');
  }

  /** Catches up with the commands: whatever was missed is done now. */
  async function catchUp(): Promise<void> {
    const [open, keyCommands] = await Promise.all([openUpdates(db), units.keyChange.commands()]);
    const found = await commands.ofUuids([...open.flatMap(({ commandUuid }) => commandUuid ?? []), ...keyCommands]);
    for (const command of found) await follow(command);
    const known = new Set(found.map(({ uuid }) => uuid));
    for (const uuid of keyCommands) if (!known.has(uuid)) await units.keyChange.settle(uuid, false);
    for (const update of open) {
      if (update.status === 'waiting') await staged.settle(update);
      else if (!known.has(update.commandUuid ?? '')) await updates.end(update, lost);
    }
  }

  return {
    routes: programsRoutes({
      ...{ updates, staged, device },
      reading: createReading({ ...deps, programOf }),
      images: createBoardImages({ folder: deps.imagesFolder }),
    }),

    /** A command got somewhere. Never rejects: what fails here is caught up with. */
    commandChanged: (command: StoredCommand): Promise<void> =>
      follow(command).catch((err) =>
        log.warn({ err }, 'the end of a command could not be followed; it is tried again'),
      ),

    /** A unit has connected: one that has fetched an update runs it now. */
    async unitConnected(unitId: number): Promise<void> {
      const id = await beginTrial(db, unitId);
      const update = id === undefined ? undefined : await updateById(db, id);
      if (update) changed(update);
    },

    /** Orders the command that brings a new env.json. @throws AppError 409 */
    orderEnv: starting.orderEnv,

    async start(): Promise<void> {
      await programOf.start();
      await catchUp();
      timer = setInterval(() => {
        catchUp().catch((err) => log.warn({ err }, 'updates could not be looked after; it is tried again'));
      }, upkeepEvery).unref();
    },
    stop: () => clearInterval(timer),
  };
}

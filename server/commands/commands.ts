import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Person } from '../users/caller.ts';
import { commandsRoutes } from './routes.ts';
import {
  advance,
  type CommandStatus,
  commandByUuid,
  commandsByUuid,
  commandsOfUnit,
  countUndelivered,
  dropOldCommands,
  expireCommands,
  insertCommand,
  isKnown,
  type Order,
  type StoredCommand,
  undelivered,
} from './store.ts';

export type { StoredCommand } from './store.ts';

/** What waits for one unit at most: more would only be a fault of whoever sends. */
const mostWaiting = 50;
const shownReceipts = 50;
const keptReceipts = 500;
const upkeepEvery = 5_000;

type Deps = {
  db: Db;
  /** @throws AppError 404 unless it is the caller's own */
  ownUnit: (caller: Person, uuid: string) => Promise<{ id: number; uuid: string }>;
  /** Sends to the unit if it is connected and listens to commands. */
  send: (command: StoredCommand) => void;
  changed: (command: StoredCommand) => void;
  log: Log;
};

/** Commands to units: each ends in a receipt that says how far it got. */
export function createCommands({ db, ownUnit, send, changed, log }: Deps) {
  let timer: NodeJS.Timeout | undefined;

  async function move(step: Parameters<typeof advance>[1]): Promise<StoredCommand | undefined> {
    const moved = await advance(db, step);
    if (moved) changed(moved);
    return moved;
  }

  async function own(caller: Person, uuid: string): Promise<StoredCommand> {
    const found = await commandByUuid(db, uuid);
    if (found?.ownerId !== caller.userId) throw notFound('command');
    return found;
  }

  async function upkeep(): Promise<void> {
    for (const expired of await expireCommands(db, new Date())) changed(expired);
    await dropOldCommands(db, keptReceipts);
  }

  /**
   * Queues a command as part of a transaction: `dispatch` it once that is committed.
   * @returns its UUID. @throws AppError 409 too many wait
   */
  async function queue(
    tx: Db,
    unit: { id: number },
    userId: number | null,
    { command, args, expiresIn }: Order,
  ): Promise<string> {
    if ((await countUndelivered(tx, unit.id)) >= mostWaiting) {
      throw conflict(`${mostWaiting} commands wait for this unit already: cancel some, or wait until it is back.`);
    }
    const uuid = uuidv7();
    const expiresAt = new Date(Date.now() + expiresIn * 1000);
    await insertCommand(tx, {
      uuid,
      unitId: unit.id,
      createdBy: userId,
      command,
      args: JSON.stringify(args),
      expiresAt,
    });
    return uuid;
  }

  /** Sends a queued command where it can be sent now. @throws AppError 404 when it is gone with its unit */
  async function dispatch(uuid: string): Promise<StoredCommand> {
    const made = await commandByUuid(db, uuid);
    if (!made) throw notFound('command');
    changed(made);
    send(made);
    return made;
  }

  const cancel = (uuid: string, unitUuid: string) => move({ uuid, unitUuid, to: 'cancelled' });

  return {
    routes: commandsRoutes({
      order: async (caller, unitUuid, wanted) =>
        dispatch(await queue(db, await ownUnit(caller, unitUuid), caller.userId, wanted)),
      list: async (caller, unitUuid) => commandsOfUnit(db, (await ownUnit(caller, unitUuid)).uuid, shownReceipts),
      own,
      cancel: async (caller, uuid) => {
        const { unit } = await own(caller, uuid);
        const cancelled = await cancel(uuid, unit);
        if (!cancelled) throw conflict('The unit has received it already, or it is over.');
        return cancelled;
      },
    }),

    queue,
    dispatch,

    /** @returns false when the unit has received it, or it is over */
    cancel: async (uuid: string, unitUuid: string) => (await cancel(uuid, unitUuid)) !== undefined,

    /** How far these got; one that is gone is left out. */
    ofUuids: (uuids: readonly string[]) => commandsByUuid(db, uuids),

    /** Sends what waits for a unit that has just begun to listen. */
    async resume(unitUuid: string): Promise<void> {
      for (const command of await undelivered(db, unitUuid)) send(command);
    },

    /** The device acknowledged the message that carried it. */
    sent: (unitUuid: string, uuid: string) => move({ uuid, unitUuid, to: 'sent' }),

    /** What the unit says about a command. @returns false when it never got such a command */
    async receive(unitUuid: string, receipt: { id: string; status: Reported; detail: string }): Promise<boolean> {
      const { id: uuid, status: to, detail } = receipt;
      return (await move({ uuid, unitUuid, to, detail })) !== undefined || isKnown(db, uuid, unitUuid);
    },

    start: () => {
      timer = setInterval(() => {
        upkeep().catch((err) => log.warn({ err }, 'commands could not be expired; it is tried again'));
      }, upkeepEvery).unref();
    },
    stop: () => clearInterval(timer),
  };
}

export type Commands = ReturnType<typeof createCommands>;

/** What a unit may say. */
export type Reported = Extract<CommandStatus, 'received' | 'done' | 'failed'>;

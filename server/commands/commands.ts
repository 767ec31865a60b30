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

  /** Queues a command for a unit and sends it at once where it can. @throws AppError 409 too many wait */
  async function order(unit: { id: number; uuid: string }, userId: number | null, { command, args, expiresIn }: Order) {
    if ((await countUndelivered(db, unit.id)) >= mostWaiting) {
      throw conflict(`${mostWaiting} commands wait for this unit already: cancel some, or wait until it is back.`);
    }
    const uuid = uuidv7();
    const expiresAt = new Date(Date.now() + expiresIn * 1000);
    await insertCommand(db, {
      uuid,
      unitId: unit.id,
      createdBy: userId,
      command,
      args: JSON.stringify(args),
      expiresAt,
    });
    const made = await commandByUuid(db, uuid);
    if (!made) throw notFound('unit');
    changed(made);
    send(made);
    return made;
  }

  return {
    routes: commandsRoutes({
      order: async (caller, unitUuid, wanted) => order(await ownUnit(caller, unitUuid), caller.userId, wanted),
      list: async (caller, unitUuid) => commandsOfUnit(db, (await ownUnit(caller, unitUuid)).uuid, shownReceipts),
      own,
      cancel: async (caller, uuid) => {
        const { unit } = await own(caller, uuid);
        const cancelled = await move({ uuid, unitUuid: unit, to: 'cancelled' });
        if (!cancelled) throw conflict('The unit has received it already, or it is over.');
        return cancelled;
      },
    }),

    order,

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

/** What a unit may say. */
export type Reported = Extract<CommandStatus, 'received' | 'done' | 'failed'>;

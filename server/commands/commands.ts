import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Person } from '../users/caller.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { SetInput, StoredVariable } from '../variables/variables.ts';
import { commandsRoutes } from './routes.ts';
import { createSets } from './sets.ts';
import {
  advance,
  type CommandStatus,
  commandByUuid,
  commandsByUuid,
  commandsOfGiver,
  commandsOfUnit,
  countUndelivered,
  dropOldCommands,
  expireCommands,
  insertCommand,
  isKnown,
  type Order,
  type Step,
  type StoredCommand,
  undelivered,
} from './store.ts';
import { type Addressable, createTx } from './tx.ts';

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
  /** The units the caller may command by their address. */
  addressable: (caller: Person) => Promise<Addressable[]>;
  variablesOf: (unitIds: readonly number[]) => Promise<Map<number, StoredVariable[]>>;
  /** Of a unit's variables the ids of those that the caller may read; of others' inputs: those that they may set. */
  readableIds: (caller: Person, unitId: number) => Promise<Set<number>>;
  setInput: SetInput;
  /** The time for a value of an input, later than any before; epoch milliseconds. */
  inputTime: () => number;
  /** Sends to the unit if it is connected and listens to commands. */
  send: (command: StoredCommand) => void;
  changed: (command: StoredCommand) => void;
  log: Log;
};

type NewReceipt = Order & {
  userId: number | null;
  set?: { inputId: number; valueAt: Date; previous: { value: JsonValue } | undefined };
};

/** Commands to units: each ends in a receipt that says how far it got. */
export function createCommands({
  db,
  ownUnit,
  addressable,
  variablesOf,
  readableIds,
  setInput,
  inputTime,
  send: sendNow,
  changed,
  log,
}: Deps) {
  let timer: NodeJS.Timeout | undefined;

  async function move(step: Step): Promise<StoredCommand | undefined> {
    const moved = await advance(db, step);
    if (moved) changed(moved);
    return moved;
  }

  async function read(uuid: string): Promise<StoredCommand> {
    const found = await commandByUuid(db, uuid);
    if (!found) throw notFound('command');
    return found;
  }

  /** To a unit of the caller's, or given by them to an input that they may still set. */
  async function own(caller: Person, uuid: string): Promise<StoredCommand> {
    const found = await commandByUuid(db, uuid);
    if (!found) throw notFound('command');
    if (found.ownerId === caller.userId) return found;
    if (found.createdBy !== caller.userId || found.inputId === null) throw notFound('command');
    if (!(await readableIds(caller, found.unitId)).has(found.inputId)) throw notFound('command');
    return found;
  }

  async function expectRoom(executor: Db, unitId: number): Promise<void> {
    if ((await countUndelivered(executor, unitId)) < mostWaiting) return;
    throw conflict(`${mostWaiting} commands wait for this unit already: cancel some, or wait until it is back.`);
  }

  /** Writes a new receipt down, queued. @returns its UUID. @throws AppError 409 too many wait */
  async function insert(executor: Db, unit: { id: number }, receipt: NewReceipt): Promise<string> {
    await expectRoom(executor, unit.id);
    const { command, args, expiresIn, line, userId, set } = receipt;
    const uuid = uuidv7();
    await insertCommand(executor, {
      ...{ uuid, unitId: unit.id, createdBy: userId, command, line },
      args: JSON.stringify(args),
      expiresAt: new Date(Date.now() + expiresIn * 1000),
      ...(set && {
        isSet: true,
        inputId: set.inputId,
        valueAt: set.valueAt,
        previous: set.previous && JSON.stringify(set.previous),
      }),
    });
    return uuid;
  }

  async function write(unit: { id: number }, receipt: NewReceipt): Promise<StoredCommand> {
    const made = await read(await insert(db, unit, receipt));
    changed(made);
    return made;
  }

  /** Sends a queued command where it can be sent now. @throws AppError 404 when it is gone with its unit */
  async function dispatch(uuid: string): Promise<StoredCommand> {
    const made = await read(uuid);
    changed(made);
    sendNow(made);
    return made;
  }

  /** Queues a message for a unit and sends it at once where it can. @throws AppError 409 too many wait */
  async function send(unit: { id: number; uuid: string }, userId: number | null, order: Order): Promise<StoredCommand> {
    return dispatch(await insert(db, unit, { ...order, userId }));
  }

  const inputsOf = async (unitId: number) =>
    ((await variablesOf([unitId])).get(unitId) ?? []).filter(({ direction }) => direction === 'input');
  async function settableInputs(caller: Person, { unitId, isOwn }: Addressable): Promise<StoredVariable[]> {
    const inputs = await inputsOf(unitId);
    if (isOwn) return inputs;
    const readable = await readableIds(caller, unitId);
    return inputs.filter(({ id }) => readable.has(id));
  }
  const sets = createSets({ db, setInput, inputTime, inputsOf, write, read, move, log });
  const tx = createTx({ addressable, settableInputs, sets, send, expectRoom: (unitId) => expectRoom(db, unitId) });

  const cancelMessage = (uuid: string, unitUuid: string) => move({ uuid, unitUuid, to: 'cancelled' });

  async function cancel(command: StoredCommand): Promise<StoredCommand> {
    const { uuid, unit, isSet } = command;
    if (isSet) return sets.cancel(command);
    const cancelled = await cancelMessage(uuid, unit);
    if (!cancelled) throw conflict('The unit has received it already, or it is over.');
    return cancelled;
  }

  async function upkeep(): Promise<void> {
    for (const ended of [...(await expireCommands(db, new Date())), ...(await sets.upkeep())]) {
      sets.ended(ended);
      changed(ended);
    }
    await dropOldCommands(db, keptReceipts);
  }

  return {
    routes: commandsRoutes({
      run: tx.run,
      complete: tx.complete,
      mine: async (caller, { limit, before }) => {
        const unitIds = (await addressable(caller)).map(({ unitId }) => unitId);
        return commandsOfGiver(db, caller.userId, { unitIds, limit, before });
      },
      order: async (caller, unitUuid, wanted) => send(await ownUnit(caller, unitUuid), caller.userId, wanted),
      list: async (caller, unitUuid) => commandsOfUnit(db, (await ownUnit(caller, unitUuid)).uuid, shownReceipts),
      own,
      cancel: async (caller, uuid) => cancel(await own(caller, uuid)),
    }),

    /**
     * Queues a command as part of a transaction: `dispatch` it once that is committed.
     * @returns its UUID. @throws AppError 409 too many wait
     */
    queue: (tx: Db, unit: { id: number }, userId: number | null, order: Order) =>
      insert(tx, unit, { ...order, userId }),
    dispatch,

    /** @returns false when the unit has received it, or it is over */
    cancel: async (uuid: string, unitUuid: string) => (await cancelMessage(uuid, unitUuid)) !== undefined,

    /** How far these got; one that is gone is left out. */
    ofUuids: (uuids: readonly string[]) => commandsByUuid(db, uuids),

    /** Sends what waits for a unit that has just begun to listen. */
    async resume(unitUuid: string): Promise<void> {
      for (const command of await undelivered(db, unitUuid)) sendNow(command);
    },

    /** The device acknowledged the message that carried it. */
    sent: (unitUuid: string, uuid: string) => move({ uuid, unitUuid, to: 'sent' }),

    /** A value of an input went out to its device; `at` is its time in epoch milliseconds. */
    inputSent: sets.sent,

    /** The device acknowledged that value. */
    inputConfirmed: sets.confirmed,

    /** What the unit says about a command. @returns false when it never got such a command */
    async receive(unitUuid: string, receipt: { id: string; status: Reported; detail: string }): Promise<boolean> {
      const { id: uuid, status: to, detail } = receipt;
      return (await move({ uuid, unitUuid, to, detail })) !== undefined || isKnown(db, uuid, unitUuid);
    },

    start: async () => {
      await sets.start();
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

import type { Db } from '../database/connection.ts';
import { conflict } from '../errors.ts';
import type { Log } from '../log.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { SetInput, StoredVariable } from '../variables/variables.ts';
import { failUnstored, type Step, type StoredCommand, waitingSets } from './store.ts';
import { createTurns } from './turns.ts';

/** A set that is not over; `at` is the time of its value in whole epoch milliseconds, which is how the value is known. */
type Waiting = { uuid: string; unitUuid: string; at: number; isSent: boolean; moves: Promise<unknown> };

export type SetUnit = { unitId: number; id: string; isVirtual: boolean };

/** A commit is given up after a minute: what is not stored after two never will be. */
const unstoredAfter = 120_000;

const superseded = 'A newer value was set before the unit got this one.';

type Deps = {
  db: Db;
  /** @throws AppError 503 when it could not be stored */
  setInput: SetInput;
  /** The time for a value of an input, later than any before. */
  inputTime: () => number;
  inputsOf: (unitId: number) => Promise<StoredVariable[]>;
  /** Writes the receipt down. @throws AppError 409 too many wait */
  write: (unit: { id: number }, receipt: SetReceipt) => Promise<StoredCommand>;
  read: (uuid: string) => Promise<StoredCommand>;
  move: (step: Step) => Promise<StoredCommand | undefined>;
  log: Log;
};

type Wish = { value: JsonValue; userId: number; line: string; expiresIn: number };
type SetReceipt = Omit<Wish, 'value'> & {
  command: 'set';
  args: JsonValue[];
  set: { inputId: number; valueAt: Date; previous: { value: JsonValue } | undefined };
};

/**
 * Inputs that are set by a command: queued while the unit is away, sent when the value went out to it, done when it
 * acknowledged that value. A value is stored before any of this, and stays set whatever becomes of the receipt.
 */
export function createSets({ db, setInput, inputTime, inputsOf, write, read, move, log }: Deps) {
  const byInput = new Map<number, Waiting[]>();
  /** One after the other for each input, so that the newest value is also the last one stored. */
  const turns = createTurns();

  const waitingFor = (inputId: number) => byInput.get(inputId) ?? [];

  function add(inputId: number, waiting: Waiting): void {
    byInput.set(inputId, [...waitingFor(inputId), waiting]);
  }

  function forget(inputId: number, uuid: string): void {
    const left = waitingFor(inputId).filter((one) => one.uuid !== uuid);
    if (left.length > 0) byInput.set(inputId, left);
    else byInput.delete(inputId);
  }

  /** In the order in which it happened. */
  function advance(waiting: Waiting, to: Step['to'], detail?: string): void {
    const { uuid, unitUuid } = waiting;
    waiting.moves = waiting.moves
      .then(() => move({ uuid, unitUuid, to, detail }))
      .catch((err) => log.warn({ err }, 'a receipt could not be brought up to date'));
  }

  function finish(inputId: number, waiting: Waiting, to: 'done' | 'failed', detail?: string): void {
    forget(inputId, waiting.uuid);
    advance(waiting, to, detail);
  }

  async function store(unit: SetUnit, input: StoredVariable, wish: Wish): Promise<StoredCommand> {
    const time = inputTime();
    const at = Math.trunc(time);
    const { value, ...receipt } = wish;
    const { uuid } = await write(
      { id: unit.unitId },
      {
        ...receipt,
        command: 'set',
        args: [input.name, value],
        set: { inputId: input.id, valueAt: new Date(at), previous: input.at ? { value: input.value } : undefined },
      },
    );
    const waiting: Waiting = { uuid, unitUuid: unit.id, at, isSent: false, moves: Promise.resolve() };
    const older = waitingFor(input.id);
    add(input.id, waiting);
    try {
      await setInput({
        ...{ unitId: unit.unitId, unitUuid: unit.id, variableId: input.id, variableUuid: input.uuid },
        ...{ value, at: time },
      });
    } catch (error) {
      finish(input.id, waiting, 'failed', 'The value could not be stored.');
      throw error;
    }
    const overtaken = older.filter(({ isSent }) => !isSent);
    for (const one of overtaken) finish(input.id, one, 'failed', superseded);
    // Nothing but the instance has to take it.
    if (unit.isVirtual) finish(input.id, waiting, 'done');
    await Promise.all([waiting, ...overtaken].map(({ moves }) => moves));
    return read(uuid);
  }

  return {
    /** Sets an input; its own receipt and those it overtakes are brought up to date before it answers. @throws AppError 409 too many wait, 503 it could not be stored */
    order: (unit: SetUnit, input: StoredVariable, wish: Wish): Promise<StoredCommand> =>
      turns.take(input.id, () => store(unit, input, wish)),

    /** The value of this time went out to the device. */
    sent(inputId: number, time: number): void {
      const at = Math.trunc(time);
      for (const waiting of waitingFor(inputId)) {
        if (waiting.at !== at || waiting.isSent) continue;
        waiting.isSent = true;
        advance(waiting, 'sent');
      }
    },

    /** The device acknowledged the value of this time: what is older never arrived. */
    confirmed(inputId: number, time: number): void {
      const at = Math.trunc(time);
      for (const waiting of waitingFor(inputId)) {
        if (waiting.at === at) finish(inputId, waiting, 'done');
        else if (waiting.at < at) finish(inputId, waiting, 'failed', superseded);
      }
    },

    /** Gives the input its value of before again. @throws AppError 409 the unit has it, or it is over */
    async cancel({ uuid, unit, unitId, inputId, valueAt, previous }: StoredCommand): Promise<StoredCommand> {
      return turns.take(inputId ?? 0, async () => {
        await waitingFor(inputId ?? 0).find((one) => one.uuid === uuid)?.moves;
        const input = (await inputsOf(unitId)).find(({ id }) => id === inputId);
        const isCurrent = input?.at?.getTime() === valueAt?.getTime();
        const detail = cancelled(isCurrent, previous);
        const moved = await move({ uuid, unitUuid: unit, to: 'cancelled', from: 'queued', detail });
        if (!moved) throw conflict('The unit has it already, or it is over.');
        forget(inputId ?? 0, uuid);
        if (input && isCurrent && previous) {
          const { value } = previous;
          await setInput({ unitId, unitUuid: unit, variableId: input.id, variableUuid: input.uuid, value });
        }
        return moved;
      });
    },

    /** What ended otherwise is waited for no more. */
    ended({ inputId, uuid }: StoredCommand): void {
      if (inputId !== null) forget(inputId, uuid);
    },

    /** Ends what the instance did not come to store. */
    async upkeep(): Promise<StoredCommand[]> {
      return failUnstored(db, new Date(Date.now() - unstoredAfter));
    },

    start: async () => {
      for (const { uuid, unit: unitUuid, inputId, valueAt, status } of await waitingSets(db)) {
        if (inputId === null || !valueAt) continue;
        const isSent = status === 'sent';
        add(inputId, { uuid, unitUuid, at: valueAt.getTime(), isSent, moves: Promise.resolve() });
      }
    },
  };
}

export type Sets = ReturnType<typeof createSets>;

function cancelled(isCurrent: boolean, previous: { value: JsonValue } | null): string {
  if (!isCurrent) return 'A newer value had been set meanwhile: it stays.';
  if (!previous) return 'The value stays set: the input had none before.';
  return `The input is back at ${JSON.stringify(previous.value)}.`;
}

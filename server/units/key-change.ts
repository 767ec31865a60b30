import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { conflict } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import type { UnitKeyring } from './keys.ts';
import { addKeys, isGenerationInUse, keyCommands, settleKeys, swapKeys } from './keys-store.ts';
import type { Reading } from './reading.ts';
import type { StoredUnit } from './store.ts';

/** How the board is told to fetch its new env.json. */
export type EnvCommands = {
  /** Queues it within the transaction. @returns its UUID. @throws AppError 409 something else is on its way to the board */
  order: (tx: Db, unit: { id: number; uuid: string }, userId: number) => Promise<string>;
  /** Sends it, once that is committed. */
  send: (command: string) => Promise<void>;
};

type Deps = { db: Db; reading: Reading; keyring: UnitKeyring; envCommands: EnvCommands };

/**
 * New keys without a visit: both the old and the new ones work until the board has taken the new ones. The counters against
 * replay are not reset, they rise over both: it is the same board that counts on.
 */
export function createKeyChange({ db, reading, keyring, envCommands }: Deps) {
  async function begin(tx: Db, owner: Person, uuid: string): Promise<string> {
    const unit = await reading.lockOwn(tx, owner, uuid);
    const problem = problemOf(unit);
    if (problem) throw conflict(problem);
    const generation = unit.generation + 1;
    const command = await envCommands.order(tx, unit, owner.userId);
    await addKeys(tx, { unitId: unit.id, generation, sealedKeys: await keyring.make(uuid, generation) }, command);
    await announce(tx, { unit: uuid });
    return command;
  }

  return {
    /** @throws AppError 404, 409 when it cannot be done, or is being done */
    async begin(owner: Person, uuid: string): Promise<void> {
      const command = await db.transaction().execute((tx) => begin(tx, owner, uuid));
      await envCommands.send(command);
    },

    /**
     * The board has proved that it has the other keys: they are the ones in use now, and the former stay valid, as it may
     * go back to them. @returns false when they are valid no more
     */
    takeUp: (unitUuid: string, generation: number): Promise<boolean> =>
      db.transaction().execute(async (tx) => {
        if (!(await swapKeys(tx, unitUuid, generation))) return isGenerationInUse(tx, unitUuid, generation);
        await announce(tx, { unit: unitUuid });
        return true;
      }),

    /** Commands whose end ends a change of keys. */
    commands: () => keyCommands(db),

    /** The command is over: where the board did what it says the old keys are dead, else those it did not take. */
    settle: (command: string, isDone: boolean): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const unit = await settleKeys(tx, command, isDone ? 'newest' : 'in use');
        if (unit) await announce(tx, { unit });
      }),
  };
}

export type KeyChange = ReturnType<typeof createKeyChange>;

function problemOf({ simulation, security, keysChanging }: StoredUnit): string | undefined {
  if (simulation !== null) return 'This unit is simulated: no board holds its keys.';
  if (security === 'token') {
    return 'A unit of the security level "token" cannot fetch its env.json: remake the keys without an overlap and put the new env.json on the device.';
  }
  if (!keysChanging) return undefined;
  return 'New keys are on their way already: wait until the board has taken them, cancel the command "env", or remake the keys without an overlap.';
}

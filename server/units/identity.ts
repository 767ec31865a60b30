import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import type { Example } from '../documents/documents.ts';
import { unauthorized } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import { makeEnv, type PublicEndpoints, readSettings } from './env.ts';
import type { KeyChange } from './key-change.ts';
import type { UnitKeyring } from './keys.ts';
import { replaceKeys, updateSettings, type ValidKeys, validKeys } from './keys-store.ts';
import type { Reading } from './reading.ts';
import { exampleOf, type StoredUnit, unitByUuid } from './store.ts';

type Deps = {
  db: Db;
  reading: Reading;
  keyring: UnitKeyring;
  keyChange: KeyChange;
  publicEndpoints: PublicEndpoints;
};

/** A unit's keys and its env.json, for the owner and the unit itself. */
export function createIdentity({ db, reading, keyring, keyChange, publicEndpoints }: Deps) {
  function envOf(unit: StoredUnit, valid: ValidKeys): Example {
    const { uuid, security, sealedSettings } = unit;
    const keys = keyring.open(uuid, security === 'sealed' ? newest(valid) : valid.sealedKeys);
    const facts = { uuid, security, keys, endpoints: publicEndpoints };
    return makeEnv(facts, exampleOf(unit), keyring.openSettings(uuid, sealedSettings));
  }

  /** Old keys are dead once this is announced: who is connected with them is cut off. */
  const cut = (owner: Person, uuid: string): Promise<void> =>
    db.transaction().execute(async (tx) => {
      const unit = await reading.lockOwn(tx, owner, uuid);
      const { generation: inUse, other } = await validKeys(tx, unit.id);
      const generation = Math.max(inUse, other?.generation ?? 0) + 1;
      await replaceKeys(tx, { unitId: unit.id, generation, sealedKeys: await keyring.make(uuid, generation) });
      await announce(tx, { unit: uuid });
    });

  return {
    /** env.json as the unit needs it now, with the newest keys. @throws AppError 404 */
    async env(owner: Person, uuid: string): Promise<Example> {
      const unit = await reading.own(owner, uuid);
      return envOf(unit, await validKeys(db, unit.id));
    },

    /**
     * The same for the unit itself, which has shown keys of this generation.
     * @throws AppError 401 when they were cut off meanwhile: who holds them must not get the new ones
     */
    async envForUnit(uuid: string, generation: number): Promise<Example> {
      const unit = await unitByUuid(db, uuid);
      const valid = unit && (await validKeys(db, unit.id));
      const isValid = valid && [valid.generation, valid.other?.generation].includes(generation);
      if (!isValid) throw unauthorized('These keys are valid no more.');
      return envOf(unit, valid);
    },

    /** Sets the own values of env.json, all of them. @throws AppError 404, 422 names or types the example has not */
    changeSettings: (owner: Person, uuid: string, settings: unknown): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const unit = await reading.lockOwn(tx, owner, uuid);
        await updateSettings(tx, unit.id, keyring.sealSettings(uuid, readSettings(exampleOf(unit), settings)));
      }),

    /** Remakes the keys, at once or with an overlap. @throws AppError 404, 409 an overlap that cannot be */
    remakeKeys: (owner: Person, uuid: string, { overlap }: { overlap: boolean }): Promise<void> =>
      overlap ? keyChange.begin(owner, uuid) : cut(owner, uuid),
  };
}

export type Identity = ReturnType<typeof createIdentity>;

const newest = ({ generation, sealedKeys, other }: ValidKeys): Buffer =>
  other && other.generation > generation ? other.sealedKeys : sealedKeys;

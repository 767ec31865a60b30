import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import type { Example } from '../documents/documents.ts';
import type { Person } from '../users/caller.ts';
import { makeEnv, type PublicEndpoints, readSettings } from './env.ts';
import type { UnitKeyring } from './keys.ts';
import { replaceKeys, sealedKeysOf, updateSettings } from './keys-store.ts';
import type { Reading } from './reading.ts';
import { exampleOf } from './store.ts';

type Deps = { db: Db; reading: Reading; keyring: UnitKeyring; publicEndpoints: PublicEndpoints };

/** A unit's keys and its env.json, for the owner alone. */
export function createIdentity({ db, reading, keyring, publicEndpoints }: Deps) {
  return {
    /** env.json as the unit needs it now. Holds keys. @throws AppError 404 */
    async env(owner: Person, uuid: string): Promise<Example> {
      const unit = await reading.own(owner, uuid);
      const keys = keyring.open(uuid, await sealedKeysOf(db, unit.id));
      const facts = { uuid, security: unit.security, keys, endpoints: publicEndpoints };
      return makeEnv(facts, exampleOf(unit), keyring.openSettings(uuid, unit.sealedSettings));
    },

    /** Sets the own values of env.json, all of them. @throws AppError 404, 422 names or types the example has not */
    changeSettings: (owner: Person, uuid: string, settings: unknown): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const unit = await reading.lockOwn(tx, owner, uuid);
        await updateSettings(tx, unit.id, keyring.sealSettings(uuid, readSettings(exampleOf(unit), settings)));
      }),

    /** Remakes the keys. Old ones are dead once this is announced: who is connected with them is cut off. @throws AppError 404 */
    remakeKeys: (owner: Person, uuid: string): Promise<void> =>
      db.transaction().execute(async (tx) => {
        const unit = await reading.lockOwn(tx, owner, uuid);
        const generation = unit.generation + 1;
        await replaceKeys(tx, { unitId: unit.id, generation, sealedKeys: await keyring.make(uuid, generation) });
        await announce(tx, { unit: uuid });
      }),
  };
}

export type Identity = ReturnType<typeof createIdentity>;

import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { owns, type Right, rightOn } from '../access.ts';
import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import type { AccessNarrowed, FoundVariable, Variables } from '../variables/variables.ts';
import { refused } from './address.ts';
import type { grantsContract } from './contract.ts';
import type { FindUser, Places } from './places.ts';
import {
  countGrants,
  deleteGrant,
  deleteGrantsOfUnits,
  grantByUuid,
  type Holder,
  insertGrant,
  lockGrant,
  type StoredGrant,
} from './store.ts';

/** Told once a grant was committed or is gone. */
export type GrantChanged = (grant: StoredGrant, change: 'given' | 'revoked') => Promise<void>;
export type GivingDeps = {
  db: Db;
  variables: Variables;
  places: Places;
  findUser: FindUser;
  accessNarrowed: AccessNarrowed;
  changed: GrantChanged;
};
type Wish = z.output<(typeof grantsContract)['POST /api/grants']['body']>;

const mostOnVariable = 100;
const mostGiven = 1_000;

/** How grants are made and end. What is granted or taken away is so from the commit on, on open pages too. */
export function createGiving({ db, variables, places, findUser, accessNarrowed, changed }: GivingDeps) {
  /** @throws AppError 404 */
  async function own(tx: Db, caller: Person, uuid: string): Promise<FoundVariable> {
    const found = await variables.readable(tx, caller, uuid);
    if (!owns(caller, found.unit.ownerId)) throw notFound('variable');
    return found;
  }

  async function holderOf(tx: Db, caller: Person, { user, unit }: Wish): Promise<Holder> {
    const yours = (part: string) => refused(part, 'This is your own: no grant is needed.');
    if (user !== undefined) {
      const found = await findUser(tx, user);
      if (!found) throw refused('/user', 'There is no user of this name.');
      if (found.id === caller.userId) throw yours('/user');
      return { userId: found.id, unitId: null };
    }
    const found = await places.seenUnit(tx, caller, unit ?? '', '/unit');
    if (owns(caller, found.ownerId)) throw yours('/unit');
    return { userId: null, unitId: found.id };
  }

  /** @returns the grant's UUID; undefined when the holder has it already. @throws AppError 409 too many */
  async function insert(tx: Db, { variable, unit }: FoundVariable, access: Right, holder: Holder) {
    const { all, own: onVariable } = await countGrants(tx, unit.ownerId, variable.id);
    if (onVariable >= mostOnVariable)
      throw conflict(`There are ${mostOnVariable} grants on this variable: revoke one.`);
    if (all >= mostGiven) throw conflict(`You gave ${mostGiven} grants: revoke one first.`);
    const uuid = uuidv7();
    if (!(await insertGrant(tx, { uuid, variableId: variable.id, access, ...holder }))) return undefined;
    await announce(tx, { unit: unit.uuid });
    return uuid;
  }

  return {
    own,
    insert,

    /** @throws AppError 404 the variable or the unit, 409 it is given already or there are too many, 422 */
    async give(caller: Person, wish: Wish): Promise<StoredGrant> {
      const given = await db.transaction().execute(async (tx) => {
        const found = await own(tx, caller, wish.variable);
        const { direction } = found.variable;
        if (wish.access !== rightOn[direction]) {
          throw refused('/access', `On an ${direction} only "${rightOn[direction]}" can be granted.`);
        }
        const uuid = await insert(tx, found, wish.access, await holderOf(tx, caller, wish));
        const grant = uuid && (await grantByUuid(tx, uuid));
        if (!grant) throw conflict('This is granted already.');
        return grant;
      });
      await changed(given, 'given');
      return given;
    },

    /** By its owner or by who holds it. @throws AppError 404 */
    async revoke(caller: Person, uuid: string): Promise<void> {
      const gone = await db.transaction().execute(async (tx) => {
        const grant = await lockGrant(tx, uuid);
        const isConcerned = grant && [grant.ownerId, grant.userId, grant.throughOwnerId].includes(caller.userId);
        if (!isConcerned) throw notFound('grant');
        await deleteGrant(tx, grant.id);
        await accessNarrowed(tx, { variableIds: [grant.variableId] });
        await announce(tx, { unit: grant.unit });
        return grant;
      });
      await changed(gone, 'revoked');
    },

    /** Ends what was granted to units, within the transaction that deletes and announces them. */
    async giveBack(tx: Db, unitIds: readonly number[]): Promise<void> {
      const variableIds = await deleteGrantsOfUnits(tx, unitIds);
      if (variableIds.length > 0) await accessNarrowed(tx, { variableIds });
    },
  };
}

export type Giving = ReturnType<typeof createGiving>;

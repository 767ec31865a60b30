import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { owns } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import type { Units } from '../units/units.ts';
import type { Person } from '../users/caller.ts';
import type { submissionsContract } from './contract.ts';
import { makeSecret } from './secret.ts';
import {
  countEndpoints,
  deleteEndpoint,
  endpointByUuid,
  endpointsOfUnit,
  insertEndpoint,
  replaceSecret,
  type StoredEndpoint,
  updateEndpoint,
} from './store.ts';
import type { Taking } from './taking.ts';

type Contract = typeof submissionsContract;
type Wanted = z.output<Contract['POST /api/units/:id/endpoints']['body']>;
type Change = z.output<Contract['PATCH /api/endpoints/:id']['body']>;
type Added = z.output<Contract['POST /api/endpoints/:id/variables']['body']>;

export type EndpointsDeps = {
  db: Db;
  secrets: Secrets;
  units: Pick<Units, 'own' | 'lockOwn' | 'addOutput'>;
  taking: Taking;
  publicUrl: () => string;
};

const mostOfUnit = 10;
const mostOfOwner = 50;

/** What owners do with their endpoints. A change holds once it is answered: what was on its way is stored or refused by then. */
export function createEndpoints({ db, secrets, units, taking, publicUrl }: EndpointsDeps) {
  async function own(caller: Person, uuid: string): Promise<StoredEndpoint> {
    const found = await endpointByUuid(db, uuid);
    if (!found || !owns(caller, found.ownerId)) throw notFound('endpoint');
    return found;
  }

  async function show(caller: Person, uuid: string) {
    const { name, auth, needsTimestamp, enabled, unitUuid, ...times } = await own(caller, uuid);
    return {
      ...{ id: uuid, unit: unitUuid, name, auth, needsTimestamp, enabled },
      address: `${publicUrl()}/api/submit/${uuid}`,
      secretMadeAt: auth === 'none' ? null : times.secretMadeAt.toISOString(),
      createdAt: times.createdAt.toISOString(),
    };
  }

  async function checkRoom(tx: Db, ownerId: number, unitId: number): Promise<void> {
    const { all, ofUnit } = await countEndpoints(tx, ownerId, unitId);
    if (ofUnit >= mostOfUnit) throw conflict(`A unit has ${mostOfUnit} endpoints at most: delete one first.`);
    if (all >= mostOfOwner) throw conflict(`You have ${mostOfOwner} endpoints: delete one first.`);
  }

  return {
    /** @throws AppError 404 */
    own,

    async list(caller: Person, unitUuid: string) {
      const endpoints = await endpointsOfUnit(db, (await units.own(caller, unitUuid)).id);
      return Promise.all(endpoints.map(({ uuid }) => show(caller, uuid)));
    },

    /** @throws AppError 404, 409 the name is taken, there are too many, or the unit makes its values itself */
    async make(caller: Person, unitUuid: string, { name, auth, needsTimestamp }: Wanted) {
      const uuid = uuidv7();
      const { secret, stored } = makeSecret(secrets, { uuid, auth });
      await db.transaction().execute(async (tx) => {
        const { id: unitId, simulation } = await units.lockOwn(tx, caller, unitUuid);
        if (simulation !== null)
          throw conflict('A simulation makes its values itself: make a unit for those that come.');
        await checkRoom(tx, caller.userId, unitId);
        const isTimed = auth === 'hmac' && needsTimestamp;
        await insertEndpoint(tx, { uuid, unitId, name, auth, needsTimestamp: isTimed, ...stored });
      });
      return { ...(await show(caller, uuid)), secret };
    },

    /** @throws AppError 404, 409 the name is taken */
    async change(caller: Person, uuid: string, change: Change) {
      const { id } = await own(caller, uuid);
      await updateEndpoint(db, id, change);
      await taking.settled(id);
      return show(caller, uuid);
    },

    /** @throws AppError 404, 409 it has no secret */
    async remakeSecret(caller: Person, uuid: string) {
      const { id, auth } = await own(caller, uuid);
      if (auth === 'none') throw conflict('This endpoint has no secret: make another one that has.');
      const { secret, stored } = makeSecret(secrets, { uuid, auth });
      await replaceSecret(db, id, { ...stored, secretMadeAt: new Date() });
      await taking.settled(id);
      return { ...(await show(caller, uuid)), secret };
    },

    /** @throws AppError 404 */
    async remove(caller: Person, uuid: string): Promise<void> {
      const { id } = await own(caller, uuid);
      await deleteEndpoint(db, id);
      await taking.settled(id);
    },

    /** Adds an output for a key. @throws AppError 404, 409 there is one, 422 it cannot be one */
    async addVariable(caller: Person, uuid: string, { name, type }: Added): Promise<void> {
      const { unitUuid } = await own(caller, uuid);
      await units.addOutput(caller, unitUuid, { name, definition: type === null ? {} : { type } });
    },
  };
}

export type Endpoints = ReturnType<typeof createEndpoints>;

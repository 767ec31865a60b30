import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { rightOn } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { AppError, conflict, notFound, tooManyRequests } from '../errors.ts';
import type { Person } from '../users/caller.ts';
import type { Variables } from '../variables/variables.ts';
import { type Address, readAddress, refused } from './address.ts';
import type { grantsContract } from './contract.ts';
import type { Giving } from './giving.ts';
import type { Places } from './places.ts';
import {
  answerRequest,
  countOpen,
  deleteRequest,
  dropAnswered,
  hasOpen,
  insertRequest,
  lockRequest,
  requestByUuid,
  type StoredRequest,
} from './requests-store.ts';
import { grantByUuid, type StoredGrant } from './store.ts';

type Wish = z.output<(typeof grantsContract)['POST /api/access-requests']['body']>;
type Answer = z.output<(typeof grantsContract)['POST /api/access-requests/:id/answer']['body']>;

export type RequestsDeps = {
  db: Db;
  variables: Variables;
  places: Places;
  giving: Giving;
  /** Told once it was committed. */
  changed: (request: StoredRequest, status: StoredRequest['status'] | 'withdrawn') => Promise<void>;
  granted: (grant: StoredGrant) => Promise<void>;
};

const [mostOpen, mostOpenToOne] = [20, 5];
/** Of all askers to one username: as much as somebody may be asked to look through. */
const mostOpenOfAll = 200;
const keptAnswered = 100;
const perHour = { points: 30, duration: 3_600 };

/**
 * Asking for what one cannot see. Nothing an asker gets to know depends on whether it exists: limits go by the username
 * in the address as it was typed, and what is not there is a request that nobody answers.
 */
export function createRequests({ db, variables, places, giving, changed, granted }: RequestsDeps) {
  const limiter = new RateLimiterMemory(perHour);

  async function countOne(caller: Person): Promise<void> {
    try {
      await limiter.consume(caller.userId);
    } catch (blocked) {
      if (!(blocked instanceof RateLimiterRes)) throw blocked;
      const message = `You asked ${perHour.points} times within an hour: wait a while.`;
      throw tooManyRequests(message, blocked.msBeforeNext / 1000);
    }
  }

  async function refuseTooMany(tx: Db, caller: Person, target: string): Promise<void> {
    const open = await countOpen(tx, caller.userId, target);
    if (open.own >= mostOpen) throw conflict(`${mostOpen} requests of yours are open: withdraw one first.`);
    if (open.ownToTarget >= mostOpenToOne) {
      throw conflict(`${mostOpenToOne} requests of yours to this user are open: wait for an answer, or withdraw one.`);
    }
    if (open.toTarget >= mostOpenOfAll)
      throw tooManyRequests('This user is asked for too much: try again later.', 3_600);
  }

  /** The variable that is asked for; undefined when there is none. @throws AppError 409, 422 when the caller sees it is of no use */
  async function wanted(tx: Db, caller: Person, address: Address, access: Wish['access']): Promise<number | undefined> {
    const named = await places.variablesOf(tx, address);
    const fitting = named.find(({ direction }) => rightOn[direction] === access);
    const seen = fitting ?? named[0];
    if (seen && (await isReadable(tx, caller, seen.uuid))) {
      if (fitting) throw conflict(`You can ${access === 'read' ? 'read this' : 'set this'} already.`);
      throw refused('/access', `This is an ${seen.direction}: only "${rightOn[seen.direction]}" can be granted.`);
    }
    return fitting?.id;
  }

  async function isReadable(tx: Db, caller: Person, uuid: string): Promise<boolean> {
    try {
      return Boolean(await variables.readable(tx, caller, uuid));
    } catch (error) {
      if (error instanceof AppError && error.status === 404) return false;
      throw error;
    }
  }

  return {
    /** @throws AppError 409 it is asked already, or too much is; 422 the address; 429 */
    async make(caller: Person, { address: text, access, note }: Wish): Promise<StoredRequest> {
      const address = readAddress(text, '/address');
      if (address.variable === undefined)
        throw refused('/address', 'Name a variable after the unit, as in …/Light#on.');
      const target = folded(address.username);
      if (target === folded(caller.username)) throw refused('/address', 'This is your own: no grant is needed.');
      await countOne(caller);
      const made = await db.transaction().execute(async (tx) => {
        await refuseTooMany(tx, caller, target);
        const request = { askerId: caller.userId, address: text.normalize('NFC'), access };
        if (await hasOpen(tx, request)) throw conflict('You asked for this already; it was not answered yet.');
        const variableId = await wanted(tx, caller, address, access);
        const uuid = uuidv7();
        await insertRequest(tx, { ...request, uuid, target, variableId: variableId ?? null, note });
        await dropAnswered(tx, caller.userId, keptAnswered);
        return requestByUuid(tx, uuid);
      });
      if (!made) throw notFound('request');
      await changed(made, 'open');
      return made;
    },

    /** @throws AppError 404, 409 it is answered already, or there are too many grants */
    async answer(caller: Person, uuid: string, { granted: isGranted, note }: Answer): Promise<StoredRequest> {
      const { request, grant } = await db.transaction().execute(async (tx) => {
        const open = await lockRequest(tx, uuid);
        if (!open?.variable || open.ownerId !== caller.userId) throw notFound('request');
        if (open.status !== 'open') throw conflict('This request is answered already.');
        const found = await giving.own(tx, caller, open.variable);
        const holder = { userId: open.askerId, unitId: null };
        const made = isGranted ? await giving.insert(tx, found, open.access, holder) : undefined;
        const answer = { status: isGranted ? 'granted' : 'declined', answer: note, answeredAt: new Date() } as const;
        await answerRequest(tx, open.id, answer);
        return { request: { ...open, ...answer }, grant: made && (await grantByUuid(tx, made)) };
      });
      await changed(request, request.status);
      if (grant) await granted(grant);
      return request;
    },

    /** @throws AppError 404 */
    async withdraw(caller: Person, uuid: string): Promise<void> {
      const request = await requestByUuid(db, uuid);
      if (!(await deleteRequest(db, caller.userId, uuid)) || !request) throw notFound('request');
      if (request.status === 'open') await changed(request, 'withdrawn');
    },
  };
}

export type Requests = ReturnType<typeof createRequests>;

/** Names are one when they differ in case only. */
const folded = (username: string) => username.normalize('NFC').toUpperCase().toLowerCase();

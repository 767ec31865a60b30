import type { Context } from 'koa';
import { v7 as uuidv7 } from 'uuid';
import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { InPerson, Person } from './caller.ts';
import { scope } from './contract.ts';
import type { SessionCookie } from './cookie.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import {
  deleteOldSessions,
  deleteSession,
  deleteSessionById,
  deleteSessions,
  findSession,
  insertSession,
  listSessions,
  prolongSession,
  replaceSessionSecret,
} from './session-store.ts';

/** How long an unused session lives, in milliseconds: 30 days. */
const lifetime = 30 * 24 * 60 * 60 * 1000;
/** Use is written down once a minute at most, in milliseconds: a page that asks all the time costs one update. */
const writeInterval = 60_000;
/** Of one user; signing in once more ends the one unused for longest. */
const mostSessions = 50;

type Owner = Pick<Person, 'userId' | 'id'>;

export type Sessions = ReturnType<typeof createSessions>;

/**
 * Browsers that are signed in. The cookie holds a secret, the database its hash; 30 days without use end a session.
 * An end is announced, so that live pages opened with it are closed.
 */
export function createSessions({ db, cookie, now }: { db: Db; cookie: SessionCookie; now: () => Date }) {
  const expiry = () => new Date(now().getTime() + lifetime);

  async function endAll(tx: Db, user: Owner): Promise<void> {
    await deleteSessions(tx, user.userId);
    await announce(tx, { user: user.id });
  }

  return {
    /** Makes a session for this browser. @returns the secret, for `cookie.give` once the transaction is committed */
    open: async (tx: Db, ctx: Context, userId: number): Promise<string> => {
      const secret = newSecret();
      await insertSession(tx, {
        uuid: uuidv7(),
        userId,
        secretHash: hashOfSecret(secret),
        device: ctx.get('user-agent').slice(0, 300),
        address: ctx.ip,
        createdAt: now(),
        lastUsedAt: now(),
        expiresAt: expiry(),
      });
      await deleteOldSessions(tx, userId, mostSessions);
      return secret;
    },

    /** Who the cookie stands for; undefined when the session ended or its user is locked. */
    personOf: async (secret: string): Promise<(Person & { lastUsedAt: Date }) | undefined> => {
      const found = await findSession(db, hashOfSecret(secret), now());
      if (!found) return undefined;
      const { id, uuid, username, role, sessionId, lastUsedAt } = found;
      return { kind: 'person', userId: id, id: uuid, username, role, scopes: scope.options, sessionId, lastUsedAt };
    },

    /** Lets the session live another 30 days from now, and renews the cookie where the answer has not begun. */
    prolong: async (ctx: Context, secret: string, lastUsedAt: Date): Promise<void> => {
      const before = new Date(now().getTime() - writeInterval);
      if (lastUsedAt > before) return;
      const use = { lastUsedAt: now(), expiresAt: expiry(), address: ctx.ip };
      if (await prolongSession(db, hashOfSecret(secret), before, use)) cookie.give(ctx, secret);
    },

    /** Ends the user's other sessions and gives this one a new secret. @returns it, for `cookie.give` after the commit */
    endOthers: async (tx: Db, user: Owner, sessionId: number): Promise<string> => {
      const secret = newSecret();
      await deleteSessions(tx, user.userId, sessionId);
      await replaceSessionSecret(tx, sessionId, hashOfSecret(secret));
      await announce(tx, { user: user.id });
      return secret;
    },

    endAll,
    endEverywhere: (user: Owner): Promise<void> => db.transaction().execute((tx) => endAll(tx, user)),

    endCurrent: ({ id, sessionId }: InPerson): Promise<void> =>
      db.transaction().execute(async (tx) => {
        await deleteSessionById(tx, sessionId);
        await announce(tx, { user: id });
      }),

    /** @returns the session's own id. @throws AppError 404 */
    end: (user: Owner, uuid: string): Promise<number> =>
      db.transaction().execute(async (tx) => {
        const ended = await deleteSession(tx, user.userId, uuid);
        if (ended === undefined) throw notFound('session');
        await announce(tx, { user: user.id });
        return ended;
      }),

    list: async (person: Person) => {
      const sessions = await listSessions(db, person.userId, now());
      return sessions.map(({ id, uuid, device, address, createdAt, lastUsedAt }) => ({
        id: uuid,
        current: id === person.sessionId,
        device,
        address,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt.toISOString(),
      }));
    },
  };
}

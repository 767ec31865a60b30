import type { Context } from 'koa';
import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';
import { createAccount } from './account.ts';
import { createAdministration } from './administration.ts';
import type { Caller } from './caller.ts';
import { createSessionCookie } from './cookie.ts';
import { createInvites, type Registration } from './invites.ts';
import { createLimits } from './limits.ts';
import { createNewcomers } from './newcomers.ts';
import { createOriginCheck } from './origin.ts';
import { createPasswords } from './passwords.ts';
import { usersRoutes } from './routes.ts';
import { createSessions } from './sessions.ts';
import { createSignIn } from './sign-in.ts';
import { findUserByName } from './store.ts';
import { createTokens } from './tokens.ts';

export { hashOfSecret, newSecret } from './secret.ts';

type Deps = {
  db: Db;
  registration: Registration;
  /** What people may have in the address bar, such as `https://croft.example`; the first one stands in invite links. */
  origins: readonly string[];
  secureCookies: boolean;
  log: Log;
  now?: () => Date;
  /** Deletes the user's units with their history, and announces them. */
  forgetUnits: (tx: Db, userId: number) => Promise<void>;
  /** Told within the transaction that locks an account. */
  accountLocked: (tx: Db, userId: number) => Promise<void>;
};

const reading = ['GET', 'HEAD'];

/** People: their accounts, and how a request proves whose it is. */
export function createUsers({
  db,
  registration,
  origins,
  secureCookies,
  log,
  now = () => new Date(),
  forgetUnits,
  accountLocked,
}: Deps) {
  const cookie = createSessionCookie(secureCookies);
  const limits = createLimits();
  const origin = createOriginCheck(origins);
  const passwords = createPasswords();
  const sessions = createSessions({ db, cookie, now });
  const tokens = createTokens({ db, log, now });
  const invites = createInvites({ db, registration, log, now });
  const signIn = createSignIn({ db, log, cookie, limits, origin, passwords, sessions });
  const account = createAccount({ db, log, cookie, limits, passwords, sessions, forgetUnits });
  const administration = createAdministration({ db, log, now, sessions, accountLocked });
  const newcomers = createNewcomers({
    ...{ db, registration, log, now },
    ...{ cookie, invites, limits, origin, passwords, sessions },
  });

  async function personOfCookie(ctx: Context): Promise<Caller> {
    const secret = cookie.read(ctx);
    const found = secret ? await sessions.personOf(secret) : undefined;
    if (!secret || !found) return { kind: 'anonymous' };
    if (!reading.includes(ctx.method)) origin.requireOwn(ctx);
    const { lastUsedAt, ...person } = found;
    await sessions.prolong(ctx, secret, lastUsedAt);
    return person;
  }

  return {
    /**
     * Who sent the request: an API token goes before the cookie.
     * @throws AppError 401 a token that is not valid; 403 a write by cookie from another site
     */
    callerOf: async (ctx: Context): Promise<Caller> => {
      const token = tokens.read(ctx);
      return token ? tokens.personOf(token) : personOfCookie(ctx);
    },

    /** A user by the name, whatever its case. */
    findByName: findUserByName,
    /** Whether there is an administrator. */
    isSetUp: newcomers.isSetUp,
    setupToken: newcomers.setupToken,
    routes: usersRoutes({ account, administration, cookie, invites, newcomers, origin, sessions, signIn, tokens }),
  };
}

export type Users = ReturnType<typeof createUsers>;

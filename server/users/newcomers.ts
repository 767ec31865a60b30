import type { Context } from 'koa';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { conflict, forbidden } from '../errors.ts';
import type { Log } from '../log.ts';
import type { SessionCookie } from './cookie.ts';
import type { Invites, Registration } from './invites.ts';
import type { Limits } from './limits.ts';
import type { OriginCheck } from './origin.ts';
import type { Passwords } from './passwords.ts';
import { newSecret, secretsEqual } from './secret.ts';
import type { Sessions } from './sessions.ts';
import { hasAdministrator, holdUsers, insertUser, type User } from './store.ts';

type Deps = {
  db: Db;
  registration: Registration;
  log: Log;
  now: () => Date;
  cookie: SessionCookie;
  invites: Invites;
  limits: Limits;
  origin: OriginCheck;
  passwords: Passwords;
  sessions: Sessions;
};
type Wanted = { username: string; password: string };

const alreadySetUp = () => conflict('This instance has its administrator already: sign in.');

export type Newcomers = ReturnType<typeof createNewcomers>;

/** The ways to an account: the first one by the setup link, all others by registration. Both sign the browser in. */
export function createNewcomers(deps: Deps) {
  const { db, registration, log, now, cookie, invites, limits, origin, passwords, sessions } = deps;
  const setupSecret = newSecret();
  const isSetUp = () => hasAdministrator(db);

  const insert = (tx: Db, wanted: { username: string; passwordHash: string; role: User['role'] }) =>
    insertUser(tx, { ...wanted, uuid: uuidv7(), createdAt: now() });

  async function signedIn(ctx: Context, make: (tx: Db) => Promise<User>): Promise<User> {
    const { user, secret } = await db.transaction().execute(async (tx) => {
      const user = await make(tx);
      return { user, secret: await sessions.open(tx, ctx, user.id) };
    });
    cookie.give(ctx, secret);
    log.info({ user: user.uuid, role: user.role, address: ctx.ip }, 'an account was made');
    return user;
  }

  return {
    isSetUp,

    /** What the setup link carries; undefined once there is an administrator. */
    setupToken: async (): Promise<string | undefined> => ((await isSetUp()) ? undefined : setupSecret),

    /** @throws AppError 403 wrong token, 409 there is an administrator (also one made at the same moment), 429 */
    setUp: async (ctx: Context, { token, username, password }: Wanted & { token: string }): Promise<User> => {
      origin.refuseForeign(ctx);
      await limits.newcomer(ctx.ip);
      if (await isSetUp()) throw alreadySetUp();
      if (!secretsEqual(token, setupSecret)) {
        log.warn({ address: ctx.ip }, 'setup was tried with a wrong token');
        throw forbidden('This setup link is not valid: use the one printed at the last start.');
      }
      const passwordHash = await passwords.hash(password);
      return signedIn(ctx, async (tx) => {
        await holdUsers(tx);
        if (await hasAdministrator(tx)) throw alreadySetUp();
        return insert(tx, { username, passwordHash, role: 'administrator' });
      });
    },

    /** @throws AppError 403 closed, or no usable invite; 409 name taken, or not set up yet; 429 */
    register: async (ctx: Context, { username, password, invite }: Wanted & { invite?: string }): Promise<User> => {
      origin.refuseForeign(ctx);
      await limits.newcomer(ctx.ip);
      if (registration === 'closed') throw forbidden('This instance takes no new accounts.');
      if (!(await isSetUp())) throw conflict('This instance has no administrator yet: open its setup link first.');
      const needed = registration === 'invite' ? (invite ?? '') : undefined;
      if (needed !== undefined) await invites.check(needed);
      const passwordHash = await passwords.hash(password);
      return signedIn(ctx, async (tx) => {
        const user = await insert(tx, { username, passwordHash, role: 'user' });
        if (needed !== undefined) await invites.use(tx, needed, user.id);
        return user;
      });
    },
  };
}

import type { Context } from 'koa';
import type { Db } from '../database/connection.ts';
import { forbidden, unauthorized } from '../errors.ts';
import type { Log } from '../log.ts';
import { username as usernameSchema } from './contract.ts';
import type { SessionCookie } from './cookie.ts';
import type { Limits } from './limits.ts';
import type { OriginCheck } from './origin.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import { findUserByName, holdSignIn, type User } from './store.ts';

type Deps = {
  db: Db;
  log: Log;
  cookie: SessionCookie;
  limits: Limits;
  origin: OriginCheck;
  passwords: Passwords;
  sessions: Sessions;
};

/**
 * Signs a browser in. An unknown username and a wrong password get the same answer after the same work.
 * The log names accounts by id only, and unknown names not at all: people type passwords into the wrong field.
 */
export function createSignIn({ db, log, cookie, limits, origin, passwords, sessions }: Deps) {
  const fail = (ctx: Context, user: User | undefined, reason: string) => {
    // Its owner reads in the audit log that somebody tried.
    ctx.state.auditedObject = user?.uuid;
    log.warn({ address: ctx.ip, user: user?.uuid, reason }, 'sign-in failed');
  };

  const wrong = (ctx: Context, user: User | undefined, reason: string) => {
    fail(ctx, user, reason);
    return unauthorized('Wrong username or password.');
  };

  const find = async (username: string): Promise<User | undefined> => {
    const name = usernameSchema.safeParse(username);
    return name.success ? findUserByName(db, name.data) : undefined;
  };

  const open = (ctx: Context, user: User): Promise<string | undefined> =>
    db.transaction().execute(async (tx) => {
      if (!(await holdSignIn(tx, user.id, user.passwordHash))) return undefined;
      return sessions.open(tx, ctx, user.id);
    });

  /** @throws AppError 401 wrong name or password, 403 locked (told only to who knows the password), 429 */
  return async (ctx: Context, { username, password }: { username: string; password: string }): Promise<User> => {
    origin.refuseForeign(ctx);
    const succeeded = await limits.signIn(ctx.ip, username.normalize('NFC').toLowerCase());
    const user = await find(username);
    const matches = await passwords.matches(password, user?.passwordHash);
    if (!user || !matches) throw wrong(ctx, user, user ? 'wrong password' : 'unknown username');
    await succeeded();
    if (user.lockedAt) {
      fail(ctx, user, 'locked');
      throw forbidden('This account is locked: ask the administrator.');
    }
    const secret = await open(ctx, user);
    if (secret === undefined) throw wrong(ctx, user, 'password changed or account locked meanwhile');
    cookie.give(ctx, secret);
    log.info({ user: user.uuid, address: ctx.ip }, 'signed in');
    return user;
  };
}

export type SignIn = ReturnType<typeof createSignIn>;

import type { Context } from 'koa';
import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { AppError, conflict, forbidden, notFound } from '../errors.ts';
import type { Log } from '../log.ts';
import { keepAnAdministrator } from './administration.ts';
import type { InPerson, Person } from './caller.ts';
import type { SessionCookie } from './cookie.ts';
import type { Limits } from './limits.ts';
import type { Passwords } from './passwords.ts';
import type { Sessions } from './sessions.ts';
import { deleteUser, findUser, holdUser, replacePassword, type User } from './store.ts';

type Deps = {
  db: Db;
  log: Log;
  cookie: SessionCookie;
  limits: Limits;
  passwords: Passwords;
  sessions: Sessions;
  forgetUnits: (tx: Db, userId: number) => Promise<void>;
};

/** @throws AppError 403 to an API token; routes with the access `session` admit none */
export function inPerson(person: Person): InPerson {
  const { sessionId } = person;
  if (sessionId === undefined) throw forbidden('An API token cannot do this.');
  return { ...person, sessionId };
}

export type Account = ReturnType<typeof createAccount>;

/** What people do with their own account. */
export function createAccount({ db, log, cookie, limits, passwords, sessions, forgetUnits }: Deps) {
  async function find(person: Person): Promise<User> {
    const user = await findUser(db, person.userId);
    if (!user) throw notFound('user');
    return user;
  }

  async function confirm(person: Person, password: string): Promise<User> {
    const succeeded = await limits.confirmation(person.userId);
    const user = await find(person);
    if (!(await passwords.matches(password, user.passwordHash))) {
      log.warn({ user: person.id }, 'the password was asked for and a wrong one given');
      throw new AppError(403, 'wrong-password', 'This is not your password.');
    }
    await succeeded();
    return user;
  }

  return {
    find,

    /** Every other session ends, this one gets a new secret. @throws AppError 403 wrong current password, 409, 429 */
    changePassword: async (ctx: Context, person: InPerson, wanted: { current: string; password: string }) => {
      const { passwordHash } = await confirm(person, wanted.current);
      const newHash = await passwords.hash(wanted.password);
      const secret = await db.transaction().execute(async (tx) => {
        if (!(await replacePassword(tx, person.userId, passwordHash, newHash))) {
          throw conflict('The password was changed elsewhere at the same moment.');
        }
        return sessions.endOthers(tx, person, person.sessionId);
      });
      cookie.give(ctx, secret);
      log.info({ user: person.id }, 'the password was changed');
    },

    /** Removes the user with all units and their history at once. @throws AppError 403, 409 the last administrator, 429 */
    remove: async (ctx: Context, person: Person, password: string): Promise<void> => {
      await confirm(person, password);
      await db.transaction().execute(async (tx) => {
        // Before one's own row: everybody takes these locks in the same order.
        if (person.role === 'administrator') await keepAnAdministrator(tx, person.userId);
        const held = await holdUser(tx, person.userId);
        if (held?.role !== person.role) throw conflict('Your account was changed at the same moment: try again.');
        await forgetUnits(tx, person.userId);
        await deleteUser(tx, person.userId);
        await announce(tx, { user: person.id });
      });
      cookie.take(ctx);
      log.info({ user: person.id }, 'an account was deleted by its user');
    },
  };
}

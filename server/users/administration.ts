import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Person } from './caller.ts';
import type { Sessions } from './sessions.ts';
import {
  findUserId,
  holdAdministrators,
  holdUser,
  type ListedUser,
  listUsers,
  type User,
  updateUser,
} from './store.ts';

type Deps = {
  db: Db;
  log: Log;
  now: () => Date;
  sessions: Sessions;
  accountLocked: (tx: Db, userId: number) => Promise<void>;
};
type Change = { locked?: boolean; role?: User['role'] };

/** Holds the administrators until the transaction ends. @throws AppError 409 when this user is the only one who can act */
export async function keepAnAdministrator(tx: Db, userId: number): Promise<void> {
  const ids = await holdAdministrators(tx);
  if (ids.length === 1 && ids[0] === userId) {
    throw conflict('This is the last administrator: make somebody else one first.');
  }
}

export type Administration = ReturnType<typeof createAdministration>;

/** What administrators do with other people's accounts. */
export function createAdministration(deps: Deps) {
  const { db, log, now, sessions, accountLocked } = deps;

  const lockedAtAfter = (user: User, locked: boolean | undefined): Date | null => {
    if (locked === undefined) return user.lockedAt;
    return locked ? (user.lockedAt ?? now()) : null;
  };

  async function apply(tx: Db, uuid: string, change: Change): Promise<ListedUser | undefined> {
    const id = await findUserId(tx, uuid);
    if (id === undefined) throw notFound('user');
    // Before the user's own row: everybody takes these locks in the same order.
    if (change.locked || change.role === 'user') await keepAnAdministrator(tx, id);
    const user = await holdUser(tx, id);
    if (!user) throw notFound('user');
    const after = { role: change.role ?? user.role, lockedAt: lockedAtAfter(user, change.locked) };
    await updateUser(tx, user.id, after);
    if (Boolean(after.lockedAt) !== Boolean(user.lockedAt)) {
      if (after.lockedAt) await sessions.endAll(tx, { userId: user.id, id: user.uuid });
      if (after.lockedAt) await accountLocked(tx, user.id);
      await announce(tx, { user: user.uuid });
    }
    return (await listUsers(tx, user.id))[0];
  }

  return {
    list: async () => (await listUsers(db)).map(shown),

    /** A locked user is signed out, tokens rest, devices are cut off. @throws AppError 404, 409 the last administrator */
    change: async (by: Person, uuid: string, change: Change) => {
      const changed = await db.transaction().execute((tx) => apply(tx, uuid, change));
      if (!changed) throw notFound('user');
      log.info({ by: by.id, user: uuid, ...change }, 'an account was changed by an administrator');
      return shown(changed);
    },
  };
}

const shown = ({ uuid, username, role, lockedAt, createdAt, lastSeenAt, units }: ListedUser) => ({
  id: uuid,
  username,
  role,
  locked: lockedAt !== null,
  createdAt: createdAt.toISOString(),
  lastSeenAt: lastSeenAt?.toISOString() ?? null,
  units,
});

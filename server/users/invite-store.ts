import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';

export type Invite = Row<'invites'>;

export function insertInvite(db: Db, invite: NewRow<'invites'>): Promise<Invite> {
  return db.insertInto('invites').values(invite).returningAll().executeTakeFirstOrThrow();
}

export async function isUsable(db: Db, secretHash: Buffer, now: Date): Promise<boolean> {
  const found = await db
    .selectFrom('invites')
    .select('id')
    .where('secretHash', '=', secretHash)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .execute();
  return found.length > 0;
}

/** Uses an invite up. Of two at once the second waits for the first here, then finds it used. @returns whether it was usable */
export async function useInvite(tx: Db, secretHash: Buffer, userId: number, now: Date): Promise<boolean> {
  const used = await tx
    .updateTable('invites')
    .set({ usedBy: userId, usedAt: now })
    .where('secretHash', '=', secretHash)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return used.numUpdatedRows === 1n;
}

/** The usable ones and those whose users are still here, the newest first. */
export function listInvites(db: Db, now: Date) {
  return db
    .selectFrom('invites')
    .leftJoin('users', 'users.id', 'invites.usedBy')
    .selectAll('invites')
    .select('users.username')
    .where(({ eb, or }) => or([eb('usedBy', 'is not', null), eb('usedAt', 'is', null).and('expiresAt', '>', now)]))
    .orderBy('invites.id', 'desc')
    .execute();
}

/** Those nobody used in time say nothing any more. */
export async function deleteExpiredInvites(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('invites').where('usedAt', 'is', null).where('expiresAt', '<=', now).execute();
}

export async function deleteInvite(db: Db, uuid: string): Promise<boolean> {
  const deleted = await db.deleteFrom('invites').where('uuid', '=', uuid).executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';

export type Session = Row<'sessions'>;

/** The session of this secret with its user, unless it expired or the user is locked. */
export function findSession(db: Db, secretHash: Buffer, now: Date) {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select([
      'sessions.id as sessionId',
      'sessions.lastUsedAt',
      'users.id',
      'users.uuid',
      'users.username',
      'users.role',
    ])
    .where('sessions.secretHash', '=', secretHash)
    .where('sessions.expiresAt', '>', now)
    .where('users.lockedAt', 'is', null)
    .executeTakeFirst();
}

export async function insertSession(db: Db, session: NewRow<'sessions'>): Promise<void> {
  await db.insertInto('sessions').values(session).execute();
}

/** Prolongs a session nobody prolonged since `before`. @returns whether it was this call, with the secret still valid */
export async function prolongSession(
  db: Db,
  secretHash: Buffer,
  before: Date,
  use: Pick<Session, 'lastUsedAt' | 'expiresAt' | 'address'>,
): Promise<boolean> {
  const updated = await db
    .updateTable('sessions')
    .set(use)
    .where('secretHash', '=', secretHash)
    .where('lastUsedAt', '<=', before)
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

export async function replaceSessionSecret(db: Db, id: number, secretHash: Buffer): Promise<void> {
  await db.updateTable('sessions').set({ secretHash }).where('id', '=', id).execute();
}

/** The user's living sessions, the last used first. */
export function listSessions(db: Db, userId: number, now: Date): Promise<Session[]> {
  return db
    .selectFrom('sessions')
    .selectAll()
    .where('userId', '=', userId)
    .where('expiresAt', '>', now)
    .orderBy('lastUsedAt', 'desc')
    .orderBy('id', 'desc')
    .execute();
}

export async function deleteSessionById(db: Db, id: number): Promise<void> {
  await db.deleteFrom('sessions').where('id', '=', id).execute();
}

/** @returns the id of the session that was ended; undefined when the user has no such session */
export async function deleteSession(db: Db, userId: number, uuid: string): Promise<number | undefined> {
  const deleted = await db
    .deleteFrom('sessions')
    .where('userId', '=', userId)
    .where('uuid', '=', uuid)
    .returning('id')
    .executeTakeFirst();
  return deleted?.id;
}

/** Ends all of the user's sessions, or all but one. */
export async function deleteSessions(db: Db, userId: number, except?: number): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('userId', '=', userId)
    .$if(except !== undefined, (query) => query.where('id', '<>', except ?? 0))
    .execute();
}

/** Ends the user's sessions but the `kept` last used ones, so that their number is bounded. */
export async function deleteOldSessions(db: Db, userId: number, kept: number): Promise<void> {
  await db
    .deleteFrom('sessions')
    .where('id', 'in', (query) =>
      query
        .selectFrom('sessions')
        .select('id')
        .where('userId', '=', userId)
        .orderBy('lastUsedAt', 'desc')
        .orderBy('id', 'desc')
        .offset(kept),
    )
    .execute();
}

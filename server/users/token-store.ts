import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';

export type Token = Row<'apiTokens'>;

/** The token of this secret with its user, unless it expired or the user is locked. */
export function findToken(db: Db, secretHash: Buffer, now: Date) {
  return db
    .selectFrom('apiTokens')
    .innerJoin('users', 'users.id', 'apiTokens.userId')
    .select(['apiTokens.id as tokenId', 'apiTokens.name as tokenName', 'apiTokens.scopes', 'apiTokens.lastUsedAt'])
    .select(['users.id', 'users.uuid', 'users.username', 'users.role'])
    .where('apiTokens.secretHash', '=', secretHash)
    .where(({ eb, or }) => or([eb('apiTokens.expiresAt', 'is', null), eb('apiTokens.expiresAt', '>', now)]))
    .where('users.lockedAt', 'is', null)
    .executeTakeFirst();
}

export function insertToken(db: Db, token: NewRow<'apiTokens'>): Promise<Token> {
  return db.insertInto('apiTokens').values(token).returningAll().executeTakeFirstOrThrow();
}

export async function countTokens(db: Db, userId: number): Promise<number> {
  const { count } = await db
    .selectFrom('apiTokens')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow();
  return count;
}

export async function markTokenUsed(db: Db, id: number, at: Date): Promise<void> {
  await db.updateTable('apiTokens').set({ lastUsedAt: at }).where('id', '=', id).execute();
}

/** Expired ones too, so that their owner sees why something stopped working. */
export function listTokens(db: Db, userId: number): Promise<Token[]> {
  return db.selectFrom('apiTokens').selectAll().where('userId', '=', userId).orderBy('id', 'desc').execute();
}

/** @returns whether the user had such a token */
export async function deleteToken(db: Db, userId: number, uuid: string): Promise<boolean> {
  const deleted = await db
    .deleteFrom('apiTokens')
    .where('userId', '=', userId)
    .where('uuid', '=', uuid)
    .executeTakeFirst();
  return deleted.numDeletedRows === 1n;
}

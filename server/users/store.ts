import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { Row } from '../database/tables.ts';
import { conflict } from '../errors.ts';

export type User = Row<'users'>;
export type ListedUser = User & { units: number; lastSeenAt: Date | null };

/** By Unicode's simple folding: `Жанна` and `жанна` are one, also where the database folds ASCII only (locale C). */
const folded = (username: string) => username.normalize('NFC').toUpperCase().toLowerCase();

/** Names are one when they differ in case only. */
export function findUserByName(db: Db, username: string): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('usernameKey', '=', folded(username)).executeTakeFirst();
}

export function findUser(db: Db, id: number): Promise<User | undefined> {
  return db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findUserId(db: Db, uuid: string): Promise<number | undefined> {
  const found = await db.selectFrom('users').select('id').where('uuid', '=', uuid).executeTakeFirst();
  return found?.id;
}

/** @throws AppError 409 when the name is taken */
export async function insertUser(
  db: Db,
  user: Pick<User, 'uuid' | 'username' | 'passwordHash' | 'role' | 'createdAt'>,
): Promise<User> {
  const inserted = await db
    .insertInto('users')
    .values({ ...user, usernameKey: folded(user.username) })
    .onConflict((on) => on.doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!inserted) throw conflict('This username is taken.');
  return inserted;
}

export async function hasAdministrator(db: Db): Promise<boolean> {
  const found = await db.selectFrom('users').select('id').where('role', '=', 'administrator').limit(1).execute();
  return found.length > 0;
}

/** Until the transaction ends nobody else makes or changes a user; reading goes on. */
export async function holdUsers(tx: Db): Promise<void> {
  await sql`lock table users in share row exclusive mode`.execute(tx);
}

/** The administrators who can act, held until the transaction ends (in the order of ids, so two holders cannot lock each other out). */
export async function holdAdministrators(tx: Db): Promise<number[]> {
  const rows = await tx
    .selectFrom('users')
    .select('id')
    .where('role', '=', 'administrator')
    .where('lockedAt', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute();
  return rows.map(({ id }) => id);
}

/** Holds the user as it is if it still has this password and is not locked: what follows cannot outlive a change of either. */
export async function holdSignIn(tx: Db, id: number, passwordHash: string): Promise<boolean> {
  const held = await tx
    .selectFrom('users')
    .select('id')
    .where('id', '=', id)
    .where('passwordHash', '=', passwordHash)
    .where('lockedAt', 'is', null)
    .forShare()
    .execute();
  return held.length > 0;
}

/** Holds the user against everything, also against new rows that would hang on it. */
export function holdUser(tx: Db, id: number): Promise<User | undefined> {
  return tx.selectFrom('users').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** @returns whether the password was still the one it is changed from */
export async function replacePassword(tx: Db, id: number, from: string, to: string): Promise<boolean> {
  const changed = await tx
    .updateTable('users')
    .set({ passwordHash: to })
    .where('id', '=', id)
    .where('passwordHash', '=', from)
    .executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

export async function updateUser(tx: Db, id: number, change: Pick<User, 'role' | 'lockedAt'>): Promise<void> {
  await tx.updateTable('users').set(change).where('id', '=', id).execute();
}

/** Sessions, tokens, invites made and sectors go with the row. */
export async function deleteUser(tx: Db, id: number): Promise<void> {
  await tx.deleteFrom('users').where('id', '=', id).execute();
}

/** Everybody, or the one with this id, in the order of the accounts' making. */
export function listUsers(db: Db, id?: number): Promise<ListedUser[]> {
  const units = sql<number>`(select count(*)::int from units where owner_id = users.id)`;
  const lastSeenAt = sql<Date | null>`greatest(
    (select max(last_used_at) from sessions where user_id = users.id),
    (select max(last_used_at) from api_tokens where user_id = users.id))`;
  return db
    .selectFrom('users')
    .selectAll()
    .select([units.as('units'), lastSeenAt.as('lastSeenAt')])
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? 0))
    .orderBy('id')
    .execute();
}

import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';
import { conflict } from '../errors.ts';

export type StoredTemplate = Row<'templates'> & { owner: string | null };

const selectTemplates = (db: Db) =>
  db
    .selectFrom('templates')
    .leftJoin('users', 'users.id', 'templates.ownerId')
    .selectAll('templates')
    .select('users.username as owner');

export function templateByUuid(db: Db, uuid: string): Promise<StoredTemplate | undefined> {
  return selectTemplates(db).where('templates.uuid', '=', uuid).executeTakeFirst();
}

export function templateById(db: Db, id: number): Promise<StoredTemplate | undefined> {
  return selectTemplates(db).where('templates.id', '=', id).executeTakeFirst();
}

/** Like templateByUuid, and nobody else changes it, or makes a unit from it, until the transaction ends. */
export function lockTemplate(tx: Db, uuid: string): Promise<StoredTemplate | undefined> {
  return selectTemplates(tx).where('templates.uuid', '=', uuid).forUpdate('templates').executeTakeFirst();
}

/** Like templateByUuid, and nobody deletes it or its versions until the transaction ends. */
export function keepTemplate(tx: Db, uuid: string): Promise<StoredTemplate | undefined> {
  return selectTemplates(tx).where('templates.uuid', '=', uuid).forKeyShare('templates').executeTakeFirst();
}

export function builtInTemplate(db: Db, name: string): Promise<StoredTemplate | undefined> {
  return selectTemplates(db).where('templates.ownerId', 'is', null).where('name', '=', name).executeTakeFirst();
}

/** @returns undefined when its owner has one of this name */
export function insertTemplate(tx: Db, template: NewRow<'templates'>): Promise<{ id: number } | undefined> {
  return tx
    .insertInto('templates')
    .values(template)
    .onConflict((on) => on.columns(['ownerId', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst();
}

export const nameTaken = () => conflict('You have a template of this name already.');

/** @throws AppError 409 when its owner has one of this name */
export async function updateTemplate(tx: Db, id: number, change: Partial<NewRow<'templates'>>): Promise<void> {
  await tx
    .updateTable('templates')
    .set(change)
    .where('id', '=', id)
    .execute()
    .catch((error) => {
      throw (error as { constraint?: string }).constraint === 'templates_owner_id_name_key' ? nameTaken() : error;
    });
}

export async function deleteTemplate(tx: Db, id: number): Promise<void> {
  await tx.deleteFrom('templates').where('id', '=', id).execute();
}

/** Templates of an owner; those made at the same time wait for one another, so that none slips past a limit. */
export async function countTemplates(tx: Db, ownerId: number): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended('templates', ${ownerId}))`.execute(tx);
  const row = await tx
    .selectFrom('templates')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Units of whomever that are made from a template. */
export async function countUnitsOf(tx: Db, templateId: number, ownerId: number | null) {
  return tx
    .selectFrom('units')
    .innerJoin('templateVersions', 'templateVersions.id', 'units.templateVersionId')
    .select((eb) => eb.fn.countAll<number>().as('all'))
    .select((eb) => eb.fn.countAll<number>().filterWhere('units.ownerId', '=', ownerId).as('own'))
    .where('templateVersions.templateId', '=', templateId)
    .executeTakeFirstOrThrow();
}

/** Those whose repository is to be looked at by now, the longest overdue first. */
export async function dueTemplates(db: Db, now: Date, limit: number): Promise<number[]> {
  const due = await db
    .selectFrom('templates')
    .select('id')
    .where('nextCheckAt', '<=', now)
    .orderBy('nextCheckAt')
    .limit(limit)
    .execute();
  return due.map(({ id }) => id);
}

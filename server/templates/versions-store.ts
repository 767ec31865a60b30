import type { Db } from '../database/connection.ts';
import type { NewRow, Row } from '../database/tables.ts';
import type { JsonValue } from '../variables/definition.ts';

type JsonObject = { [name: string]: JsonValue };
export type TemplateFile = Omit<Row<'templateFiles'>, 'versionId'>;
export type VersionSummary = Pick<
  Row<'templateVersions'>,
  'id' | 'uuid' | 'label' | 'commit' | 'committedAt' | 'createdAt'
>;
export type VersionRow = Row<'templateVersions'>;
/** A version with the template it belongs to. */
export type Version = {
  id: number;
  uuid: string;
  label: string;
  templateId: number;
  templateUuid: string;
  schema: JsonObject;
  example: JsonObject;
};

const summary = ['id', 'uuid', 'label', 'commit', 'committedAt', 'createdAt'] as const;

const selectVersions = (db: Db) =>
  db
    .selectFrom('templateVersions')
    .innerJoin('templates', 'templates.id', 'templateVersions.templateId')
    .select(['templateVersions.id', 'templateVersions.uuid', 'templateVersions.label', 'templateVersions.templateId'])
    .select(['templateVersions.schema', 'templateVersions.example', 'templates.uuid as templateUuid']);

export function versionsById(db: Db, ids: number[]): Promise<Version[]> {
  if (ids.length === 0) return Promise.resolve([]);
  return selectVersions(db).where('templateVersions.id', 'in', ids).execute();
}

export function latestVersion(db: Db, templateId: number): Promise<Version | undefined> {
  return selectVersions(db)
    .where('templates.id', '=', templateId)
    .whereRef('templateVersions.id', '=', 'templates.latestVersionId')
    .executeTakeFirst();
}

/** Newest first. */
export function summariesOf(db: Db, templateId: number): Promise<VersionSummary[]> {
  return db
    .selectFrom('templateVersions')
    .select(summary)
    .where('templateId', '=', templateId)
    .orderBy('id', 'desc')
    .execute();
}

export async function labelsOf(db: Db, templateId: number): Promise<string[]> {
  const rows = await db.selectFrom('templateVersions').select('label').where('templateId', '=', templateId).execute();
  return rows.map(({ label }) => label);
}

export function versionById(db: Db, id: number): Promise<VersionRow | undefined> {
  return db.selectFrom('templateVersions').selectAll().where('id', '=', id).executeTakeFirst();
}

export function versionByUuid(db: Db, templateId: number, uuid: string): Promise<VersionRow | undefined> {
  return db
    .selectFrom('templateVersions')
    .selectAll()
    .where('templateId', '=', templateId)
    .where('uuid', '=', uuid)
    .executeTakeFirst();
}

export function versionAt(db: Db, templateId: number, commit: string, folder: string) {
  return db
    .selectFrom('templateVersions')
    .select('id')
    .where('templateId', '=', templateId)
    .where('commit', '=', commit)
    .where('folder', '=', folder)
    .executeTakeFirst();
}

/** Sorted by path. */
export function filesOf(db: Db, versionId: number): Promise<TemplateFile[]> {
  return db
    .selectFrom('templateFiles')
    .select(['path', 'sha256', 'content'])
    .where('versionId', '=', versionId)
    .orderBy('path')
    .execute();
}

/** @returns its id */
export async function insertVersion(
  tx: Db,
  version: NewRow<'templateVersions'>,
  files: TemplateFile[],
): Promise<number> {
  const { id } = await tx.insertInto('templateVersions').values(version).returning('id').executeTakeFirstOrThrow();
  if (files.length > 0) {
    await tx
      .insertInto('templateFiles')
      .values(files.map((file) => ({ ...file, versionId: id })))
      .execute();
  }
  return id;
}

/** Keeps the newest of a template, the latest one, those that units are made from, and those they are being brought to. */
export async function dropOldVersions(tx: Db, templateId: number, kept: number): Promise<void> {
  const newest = tx
    .selectFrom('templateVersions')
    .select('id')
    .where('templateId', '=', templateId)
    .orderBy('id', 'desc')
    .limit(kept);
  await tx
    .deleteFrom('templateVersions')
    .where('templateId', '=', templateId)
    .where('id', 'not in', newest)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(selectFrom('units').select('units.id').whereRef('units.templateVersionId', '=', 'templateVersions.id')),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('templates')
            .select('templates.id')
            .whereRef('templates.latestVersionId', '=', 'templateVersions.id'),
        ),
      ),
    )
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('unitUpdates')
            .select('unitUpdates.id')
            .whereRef('unitUpdates.toVersionId', '=', 'templateVersions.id')
            .where('unitUpdates.finishedAt', 'is', null),
        ),
      ),
    )
    .execute();
}

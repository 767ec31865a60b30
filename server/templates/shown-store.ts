import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';

/** Far more than a page of templates shows; whoever has more searches. */
const mostShown = 500;

/** A template with its latest version, and the units of a caller that are made from it; no user has the id 0. */
const selectShown = (db: Db, callerId: number) =>
  db
    .selectFrom('templates')
    .leftJoin('users', 'users.id', 'templates.ownerId')
    .leftJoin('templateVersions as latest', 'latest.id', 'templates.latestVersionId')
    .leftJoinLateral(
      (eb) =>
        eb
          .selectFrom('units')
          .innerJoin('templateVersions as version', 'version.id', 'units.templateVersionId')
          .select((of) => of.fn.countAll<number>().as('units'))
          .select((of) =>
            of.fn.countAll<number>().filterWhereRef('version.id', '<>', 'templates.latestVersionId').as('behind'),
          )
          .where('units.ownerId', '=', callerId)
          .whereRef('version.templateId', '=', 'templates.id')
          .as('made'),
      (join) => join.onTrue(),
    )
    .selectAll('templates')
    .select(['users.username as owner', 'made.units', 'made.behind'])
    .select(['latest.uuid as latestUuid', 'latest.label', 'latest.commit', 'latest.committedAt', 'latest.direction'])
    .select('latest.createdAt as versionAt');

export type ShownTemplate = NonNullable<Awaited<ReturnType<typeof shownTemplate>>>;

export function shownTemplate(db: Db, callerId: number, uuid: string) {
  return selectShown(db, callerId).where('templates.uuid', '=', uuid).executeTakeFirst();
}

/**
 * What a caller may see of templates with the text in their name or their owner's: the own ones first. `visibilities` are those
 * that a stranger may see.
 */
export function shownTemplates(
  db: Db,
  callerId: number,
  { visibilities, text }: { visibilities: ('local' | 'public')[]; text: string },
) {
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  // Upper and lower case alike in every script, also where the database's own locale folds ASCII only (C).
  const contains = (column: string) => sql<boolean>`${sql.ref(column)} collate "und-x-icu" ilike ${pattern}`;
  return selectShown(db, callerId)
    .where((eb) => eb.or([eb('templates.ownerId', '=', callerId), eb('templates.visibility', 'in', visibilities)]))
    .where((eb) => eb.or([contains('templates.name'), contains('users.username')]))
    .orderBy((eb) => eb('templates.ownerId', 'is not distinct from', callerId), 'desc')
    .orderBy(sql`lower(templates.name)`)
    .orderBy('templates.id')
    .limit(mostShown)
    .execute();
}

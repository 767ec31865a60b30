import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import type { Caller, Person } from '../users/caller.ts';
import { keepTemplate, type StoredTemplate, templateByUuid } from './store.ts';
import { latestVersion, type Version, versionByUuid } from './versions-store.ts';

/** The built-in ones are nobody's, and public. */
export const ownsTemplate = (caller: Caller, { ownerId }: StoredTemplate): boolean =>
  caller.kind === 'person' && caller.userId === ownerId;

function mayBeSeen(caller: Caller, template: StoredTemplate): boolean {
  if (template.visibility === 'public' || ownsTemplate(caller, template)) return true;
  return template.visibility === 'local' && caller.kind === 'person';
}

function expectSeen(caller: Caller, template: StoredTemplate | undefined): StoredTemplate {
  if (!template || !mayBeSeen(caller, template)) throw notFound('template');
  return template;
}

export function expectOwn(caller: Person, template: StoredTemplate | undefined): StoredTemplate {
  if (!template || !ownsTemplate(caller, template)) throw notFound('template');
  return template;
}

/** @throws AppError 404 when there is none, or the caller may not see it */
export const seen = async (db: Db, caller: Caller, uuid: string) => expectSeen(caller, await templateByUuid(db, uuid));

/** @throws AppError 404 also for a version of another template */
export async function seenVersion(db: Db, caller: Caller, uuid: string, version: string) {
  const template = await seen(db, caller, uuid);
  const found = await versionByUuid(db, template.id, version);
  if (!found) throw notFound('version');
  return { template, version: found };
}

export type Usable = Pick<Version, 'label' | 'schema' | 'example'> & { versionId: number };

/**
 * What a unit is made from: the given version of a template, or its latest. Template and versions stay until the transaction ends.
 * @throws AppError 404 when the caller may not see it, 409 when it was never read
 */
export async function usable(tx: Db, caller: Caller, uuid: string, version?: string): Promise<Usable> {
  const template = expectSeen(caller, await keepTemplate(tx, uuid));
  const found = version ? await versionByUuid(tx, template.id, version) : await latestVersion(tx, template.id);
  if (!found && version) throw notFound('version');
  if (!found) throw conflict(`“${template.name}” has not been read yet: wait for it, or look at what its page says.`);
  return { versionId: found.id, label: found.label, schema: found.schema, example: found.example };
}

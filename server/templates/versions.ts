import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { type Content, isSame } from './content.ts';
import { type StoredTemplate, updateTemplate } from './store.ts';
import { dropOldVersions, filesOf, insertVersion, labelsOf, type VersionRow, versionById } from './versions-store.ts';

/** Besides those that units are made from. */
const keptVersions = 30;

/** Where a version comes from; `commit` null when it is from no repository. */
export type Origin = { label: string; commit: string | null; committedAt: Date | null };

/** Makes a version that is the latest from now on, and drops old ones. The caller holds the template's lock. */
export async function addVersion(tx: Db, template: StoredTemplate, origin: Origin, content: Content): Promise<void> {
  const { schema, example, direction, readme, files } = content;
  const { label, ...rest } = origin;
  const row = {
    ...rest,
    uuid: uuidv7(),
    templateId: template.id,
    label: await freeLabel(tx, template.id, origin),
    folder: template.folder,
    schema: JSON.stringify(schema),
    example: JSON.stringify(example),
    direction,
    readme,
  };
  const latestVersionId = await insertVersion(tx, row, files);
  await updateTemplate(tx, template.id, { latestVersionId });
  await dropOldVersions(tx, template.id, keptVersions);
}

/** Whether the latest version holds the same already. */
export async function isLatest(tx: Db, { latestVersionId }: StoredTemplate, content: Content): Promise<boolean> {
  const latest = latestVersionId === null ? undefined : await versionById(tx, latestVersionId);
  return latest !== undefined && isSame(await contentOf(tx, latest), content);
}

export async function contentOf(db: Db, { id, schema, example, readme }: VersionRow) {
  return { schema, example, readme, files: await filesOf(db, id) };
}

/** The number after the largest that is a label; of a template without a repository. */
export async function nextNumber(tx: Db, templateId: number): Promise<string> {
  const numbers = (await labelsOf(tx, templateId)).filter((label) => /^\d{1,9}$/.test(label)).map(Number);
  return String(Math.max(0, ...numbers) + 1);
}

/** A label that is taken gets the commit or a number behind it: a tag can be moved. */
async function freeLabel(tx: Db, templateId: number, { label, commit }: Origin): Promise<string> {
  const taken = new Set(await labelsOf(tx, templateId));
  if (!taken.has(label)) return label;
  const withCommit = commit === null || commit.startsWith(label) ? label : `${label} (${commit.slice(0, 7)})`;
  if (!taken.has(withCommit)) return withCommit;
  for (let number = 2; ; number++) if (!taken.has(`${label} (${number})`)) return `${label} (${number})`;
}

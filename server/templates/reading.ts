import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { Caller } from '../users/caller.ts';
import type { Readings } from './readings.ts';
import { ownsTemplate, seen, seenVersion } from './seeing.ts';
import { type ShownTemplate, shownTemplate, shownTemplates } from './shown-store.ts';
import { contentOf } from './versions.ts';
import { filesOf, summariesOf } from './versions-store.ts';
import { presentFile, presentTemplate, presentVersion, textOf } from './view.ts';
import { writeZip } from './zip.ts';

type Deps = { db: Db; progress: Readings['progress'] };
type ProgressNow = ReturnType<Deps['progress']>;

/** Templates as callers may see them. What may not be seen answers like what is not there: AppError 404. */
export function createReading({ db, progress }: Deps) {
  /** `before`: from before the template was asked for. One that ends meanwhile would else seem to have done nothing. */
  const present = (caller: Caller, template: ShownTemplate, before: ProgressNow) =>
    presentTemplate(template, ownsTemplate(caller, template), before.get(template.id) ?? null);

  return {
    async list(caller: Caller, search: string) {
      const visibilities: ('local' | 'public')[] = caller.kind === 'person' ? ['local', 'public'] : ['public'];
      const before = progress();
      const found = await shownTemplates(db, idOf(caller), { visibilities, text: search.trim() });
      return found.map((template) => present(caller, template, before));
    },

    async show(caller: Caller, uuid: string) {
      await seen(db, caller, uuid);
      const before = progress();
      const found = await shownTemplate(db, idOf(caller), uuid);
      if (!found) throw notFound('template');
      return present(caller, found, before);
    },

    async versions(caller: Caller, uuid: string) {
      const { id } = await seen(db, caller, uuid);
      return (await summariesOf(db, id)).map(presentVersion);
    },

    async version(caller: Caller, uuid: string, versionUuid: string) {
      const { version } = await seenVersion(db, caller, uuid, versionUuid);
      const { direction, schema, example, readme } = version;
      const files = (await filesOf(db, version.id)).map(presentFile);
      return { ...presentVersion(version), direction, schema, example, readme, files };
    },

    async files(caller: Caller, uuid: string, versionUuid: string) {
      const { version } = await seenVersion(db, caller, uuid, versionUuid);
      return (await filesOf(db, version.id)).map((file) => ({ ...presentFile(file), text: textOf(file) }));
    },

    async zip(caller: Caller, uuid: string, versionUuid: string) {
      const { template, version } = await seenVersion(db, caller, uuid, versionUuid);
      return { name: `${template.name} ${version.label}.zip`, zip: writeZip(await contentOf(db, version)) };
    },
  };
}

export type Reading = ReturnType<typeof createReading>;

/** No user has the id 0. */
const idOf = (caller: Caller): number => (caller.kind === 'person' ? caller.userId : 0);

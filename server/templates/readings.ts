import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';
import type { Secrets } from '../secrets.ts';
import { readContent } from './content.ts';
import { explain } from './failure.ts';
import type { Phase } from './fetch.ts';
import type { Repositories, Source } from './repositories.ts';
import { nextCheck, nextTry } from './schedule.ts';
import { lockTemplate, type StoredTemplate, templateById, updateTemplate } from './store.ts';
import { addVersion } from './versions.ts';
import { versionAt } from './versions-store.ts';

export type Progress = { phase: Phase; done: number; total: number | null };
type Reading = { progress: Progress; ending: AbortController; ended: Promise<void> };
type GitTemplate = StoredTemplate & { url: string; follow: Source['follow'] };

type Deps = { db: Db; secrets: Secrets; repositories: Repositories; now: () => number; log: Log };

/** Each takes a thread and up to some hundred megabytes for a moment. */
const mostAtOnce = 2;
/** Milliseconds for all of it. */
const within = 60_000;

/** What a token is sealed for. */
export const tokenContext = (templateUuid: string) => `template/${templateUuid}/token`;

/** Reads repositories of templates in the background: one reading of a template at a time, few in all, others wait. */
export function createReadings({ db, secrets, repositories, now, log }: Deps) {
  const readings = new Map<number, Reading>();
  const waiting = new Set<() => void>();
  let active = 0;
  let isStopped = false;

  /** A place among those that are read; who leaves gives it to the one that waits longest. Undefined when it is ended first. */
  async function takePlace(signal: AbortSignal): Promise<Disposable | undefined> {
    if (active < mostAtOnce) active++;
    else if (!(await isNext(signal))) return undefined;
    return {
      [Symbol.dispose]: () => {
        const [next] = waiting;
        if (!next) active--;
        else if (waiting.delete(next)) next();
      },
    };
  }

  const isNext = (signal: AbortSignal) =>
    new Promise<boolean>((resolve) => {
      const come = () => resolve(true);
      waiting.add(come);
      signal.addEventListener('abort', () => resolve(!waiting.delete(come)));
    });

  function request(templateId: number): void {
    if (isStopped || readings.has(templateId)) return;
    const ending = new AbortController();
    const reading = { progress: { phase: 'waiting' as const, done: 0, total: null }, ending, ended: Promise.resolve() };
    readings.set(templateId, reading);
    reading.ended = read(templateId, reading)
      .catch((err) => log.error({ err, template: templateId }, 'a template could not be read'))
      .finally(() => readings.delete(templateId));
  }

  async function read(templateId: number, reading: Reading): Promise<void> {
    using place = await takePlace(reading.ending.signal);
    if (!place || reading.ending.signal.aborted) return;
    const template = await templateById(db, templateId);
    if (!template || !isGit(template)) return;
    try {
      await readNow(template, reading);
    } catch (error) {
      // Whoever ended it wants it read again, or no more.
      if (!reading.ending.signal.aborted) await noteFailure(template, error);
    }
  }

  async function readNow(template: GitTemplate, reading: Reading): Promise<void> {
    const signal = AbortSignal.any([reading.ending.signal, AbortSignal.timeout(within)]);
    const report = (phase: Phase, done: number, total: number | null) => {
      reading.progress = { phase, done, total };
    };
    report('connecting', 0, null);
    const source = sourceOf(template);
    const found = await repositories.look(source, signal);
    // What is known already is not fetched again.
    if (await versionAt(db, template.id, found.commit, template.folder)) return settle(template, found.commit);
    const { files, ...fetched } = await repositories.read(source, found.want, within, signal, report);
    const place = template.folder === '' ? 'the repository' : `the folder “${template.folder}”`;
    const content = readContent(files, place);
    await settle(template, fetched.commit, (tx, locked) =>
      addVersion(tx, locked, { label: found.label, ...fetched }, content),
    );
  }

  /** Notes that it could be read, and makes a version of a new commit, unless the template was changed meanwhile. */
  async function settle(
    template: GitTemplate,
    commit: string,
    make?: (tx: Db, locked: StoredTemplate) => Promise<void>,
  ): Promise<void> {
    await db.transaction().execute(async (tx) => {
      const locked = await lockTemplate(tx, template.uuid);
      if (!locked || !hasSameSource(locked, template)) return;
      const known = await versionAt(tx, template.id, commit, template.folder);
      if (known) await updateTemplate(tx, template.id, { latestVersionId: known.id });
      else await make?.(tx, locked);
      const nextCheckAt = nextCheck(template.follow, now());
      const ref = template.follow === 'commit' ? commit : template.ref;
      const good = { failure: '', failures: 0, checkedAt: new Date(now()) };
      await updateTemplate(tx, template.id, { ...good, ref, nextCheckAt });
    });
  }

  async function noteFailure(template: GitTemplate, error: unknown): Promise<void> {
    const known = explain(error, template.sealedToken !== null);
    if (known === undefined) log.error({ err: error, template: template.uuid }, 'a repository could not be read');
    const failure = known ?? 'The repository could not be read. It is tried again later.';
    await db.transaction().execute(async (tx) => {
      const locked = await lockTemplate(tx, template.uuid);
      if (!locked || !hasSameSource(locked, template)) return;
      const failures = locked.failures + 1;
      const nextCheckAt = nextTry(failures, now());
      await updateTemplate(tx, template.id, { failure, failures, nextCheckAt, checkedAt: new Date(now()) });
    });
  }

  function sourceOf({ uuid, url, folder, follow, ref, sealedToken }: GitTemplate): Source {
    const token = sealedToken && secrets.open(sealedToken, tokenContext(uuid));
    return { url, folder, follow, ref, token };
  }

  /** Ends a reading. Resolves when nothing of it goes on. */
  async function cancel(templateId: number): Promise<void> {
    const reading = readings.get(templateId);
    reading?.ending.abort(new Error('the reading was ended'));
    await reading?.ended;
  }

  return {
    request,
    cancel,
    isReading: (templateId: number) => readings.has(templateId),
    /** How far each is at this moment, by the ids of templates. */
    progress: (): ReadonlyMap<number, Progress> => new Map([...readings].map(([id, { progress }]) => [id, progress])),
    stop: async () => {
      isStopped = true;
      await Promise.all([...readings.keys()].map(cancel));
    },
  };
}

export type Readings = ReturnType<typeof createReadings>;

const isGit = (template: StoredTemplate): template is GitTemplate => template.url !== null && template.follow !== null;

function hasSameSource(one: StoredTemplate, other: StoredTemplate): boolean {
  const tokens = [one.sealedToken ?? Buffer.alloc(0), other.sealedToken ?? Buffer.alloc(0)] as const;
  const isAlike = (['url', 'folder', 'follow', 'ref'] as const).every((part) => one[part] === other[part]);
  return isAlike && tokens[0].equals(tokens[1]);
}

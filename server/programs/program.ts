import type { Db } from '../database/connection.ts';
import type { Templates } from '../templates/templates.ts';
import { type Firmware, type ProgramFile, readFirmware } from './firmware.ts';

/** What runs on a board, sorted by path. `hasOwn`: the version of the template brings files at all. */
export type Program = { version: string; files: ProgramFile[]; hasOwn: boolean; isWhole: boolean };

type Deps = { db: Db; templates: Pick<Templates, 'version' | 'filesOf'> };

/** Programs in memory: one has some 60 KB, and a fleet that is updated asks for the same one. */
const mostKept = 16;

/** The programs of versions of templates, made whole with the firmware that comes with the instance. */
export function createProgramOf({ db, templates }: Deps) {
  let firmware: Promise<Firmware> | undefined;
  const kept = new Map<number | null, Promise<Program | undefined>>();
  const ours = () => {
    firmware ??= readFirmware();
    return firmware;
  };

  async function make(versionId: number | null, executor: Db): Promise<Program | undefined> {
    if (versionId === null) return completed('croft', [], await ours());
    const version = await templates.version(executor, versionId);
    if (!version) return undefined;
    const files = await templates.filesOf(executor, versionId);
    if (files.some(({ path }) => stem(path) === 'main')) {
      return { version: version.label, files, hasOwn: true, isWhole: true };
    }
    return completed(version.label, files, await ours());
  }

  return {
    /** Reads the firmware, so that an instance without it does not start. */
    start: async () => void (await ours()),

    /**
     * The program of a version; null: of a unit without a template. Undefined when the version is gone.
     * @param executor within a transaction that one: it must not wait for a second connection
     */
    async of(versionId: number | null, executor = db): Promise<Program | undefined> {
      const known = kept.get(versionId);
      if (known) return known;
      const made = make(versionId, executor);
      kept.set(versionId, made);
      for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
      const forget = () => kept.get(versionId) === made && kept.delete(versionId);
      made.then((program) => program ?? forget(), forget);
      return made;
    },
  };
}

export type ProgramOf = ReturnType<typeof createProgramOf>;

/** x.py and x.mpy are one to a board: it takes the first it finds. */
const stem = (path: string) => path.replace(/\.m?py$/, '');

/** What the template has goes before what the firmware has. */
function completed(label: string, own: ProgramFile[], firmware: Firmware): Program {
  const taken = new Set(own.map(({ path }) => stem(path)));
  const files = [...own, ...firmware.files.filter(({ path }) => !taken.has(stem(path)))];
  return {
    version: `${label}+${firmware.hash}`,
    files: files.toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    hasOwn: own.length > 0,
    isWhole: false,
  };
}

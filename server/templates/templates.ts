import { join } from 'node:path';
import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';
import { createOutgoing } from '../outgoing.ts';
import type { Secrets } from '../secrets.ts';
import { createBuiltIn } from './built-in.ts';
import { createChanging } from './changing.ts';
import { createReading } from './reading.ts';
import { createReadings } from './readings.ts';
import { createRepositories } from './repositories.ts';
import { templatesRoutes } from './routes.ts';
import { createSchedule } from './schedule.ts';
import { seen, usable } from './seeing.ts';
import { dueTemplates } from './store.ts';
import { filesOf, latestVersion, versionsById } from './versions-store.ts';

export type { Usable } from './seeing.ts';

type Deps = {
  db: Db;
  secrets: Secrets;
  /** What of the own network repositories may be read from. */
  outgoingAllow: readonly string[];
  dataDir: string;
  /** The folder of the examples that come with the instance, and its version. */
  examples: string;
  release: string;
  now?: () => number;
  log: Log;
};

/** What units are made from: schemas with programs, from git repositories, .zip files, or with the instance. */
export function createTemplates({ db, secrets, outgoingAllow, dataDir, examples, release, now = Date.now, log }: Deps) {
  const repositories = createRepositories({
    outgoing: createOutgoing({ allow: outgoingAllow }),
    allow: outgoingAllow,
    workFolder: join(dataDir, 'repositories'),
  });
  const readings = createReadings({ db, secrets, repositories, now, log });
  const reading = createReading({ db, progress: readings.progress });
  const changing = createChanging({ db, secrets, readings, now });
  const schedule = createSchedule({
    due: (time, limit) => dueTemplates(db, time, limit),
    request: readings.request,
    now,
    log,
  });
  const builtIn = createBuiltIn({ db, folder: examples, release });

  return {
    routes: templatesRoutes({ reading, changing }),
    usable,
    seen,

    /** The versions there are of these, in no order. */
    versionsOf: versionsById,
    version: async (db: Db, versionId: number) => (await versionsById(db, [versionId])).at(0),
    /** The latest version; undefined when the template was never read. */
    newest: latestVersion,
    /** The program of a version, sorted by path. */
    filesOf,

    start: async () => {
      await repositories.start();
      await builtIn.start();
      await schedule.start();
    },
    stop: async () => {
      schedule.stop();
      await readings.stop();
    },
  };
}

export type Templates = ReturnType<typeof createTemplates>;

import { fileURLToPath } from 'node:url';
import type { Audit } from './audit/audit.ts';
import type { Config } from './config.ts';
import type { Changes } from './database/changes.ts';
import type { Db } from './database/connection.ts';
import { type doorsOf, unreachable } from './doors.ts';
import { createApp } from './http/app.ts';
import type { Metrics } from './http/metrics.ts';
import { operationsRoutes } from './http/operations/routes.ts';
import { createPreviews } from './http/preview.ts';
import type { RouteTable } from './http/router.ts';
import type { Journal } from './journal/journal.ts';
import type { Log } from './log.ts';
import type { Units } from './units/units.ts';
import type { Users } from './users/users.ts';
import type { Variables } from './variables/variables.ts';

const webFolder = fileURLToPath(new URL('../web/build/', import.meta.url));

type Parts = {
  /** The routes of all features. */
  tables: RouteTable[];
  unitOf: Parameters<typeof createApp>[0]['unitOf'];
  users: Users;
  units: Units;
  variables: Variables;
  audit: Audit;
  changes: Changes;
  journal: Journal;
  metrics: Metrics;
  db: Db;
  doors: ReturnType<typeof doorsOf>;
  config: Config;
  log: Log;
};

/** What is served over HTTP: the features' routes, those of operating the instance, and the pages with their previews. */
export function createInstanceApp(parts: Parts) {
  const { tables, unitOf, users, units, variables, audit, changes, journal, metrics, db, doors, config, log } = parts;
  const operations = operationsRoutes({
    about: doors.about,
    isSetUp: users.isSetUp,
    notReady: async () => (journal.isFull() ? 'the journal is full' : await unreachable(db)),
    metrics,
    metricsToken: config.metricsToken,
  });
  return createApp({
    tables: [operations, ...tables],
    callerOf: users.callerOf,
    unitOf,
    witness: audit.witness,
    changesHeard: changes.heard,
    metrics,
    trustedProxies: config.trustedProxies,
    isHttps: doors.isHttps,
    webFolder,
    previewOf: createPreviews({
      origin: doors.publicUrl,
      unit: (uuid) => units.show({ kind: 'anonymous' }, uuid),
      variable: (uuid) => variables.readable(db, { kind: 'anonymous' }, uuid),
      log,
    }),
    log,
  });
}

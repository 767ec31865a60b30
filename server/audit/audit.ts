import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';
import { auditRoutes } from './routes.ts';
import { dropOldActs } from './store.ts';
import { createWitness } from './witness.ts';

/** Of one owner: acts that were done, and those that came to nothing. */
const [keptDone, keptVain] = [5_000, 1_000];
const upkeepEvery = 3_600_000;
const day = 86_400_000;

type Deps = { db: Db; retentionDays: number; log: Log };

/** Who did what to what, and who was kept from it: for owners what concerns them, for the administrator everything. */
export function createAudit({ db, retentionDays, log }: Deps) {
  let timer: NodeJS.Timeout | undefined;
  const { witness, record } = createWitness({ db, log });

  const upkeep = (): Promise<void> =>
    dropOldActs(db, { since: new Date(Date.now() - retentionDays * day), done: keptDone, vain: keptVain });

  return {
    routes: auditRoutes({ db }),
    /** For routes whose contract says `audit`. */
    witness,
    /** For acts that no request asked for, within the transaction that does them. */
    record,
    start: () => {
      const run = () =>
        upkeep().catch((err) => log.warn({ err }, 'the audit log could not be trimmed; it is tried again'));
      timer = setInterval(run, upkeepEvery).unref();
    },
    stop: () => clearInterval(timer),
  };
}

export type Audit = ReturnType<typeof createAudit>;

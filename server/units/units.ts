import type { Db } from '../database/connection.ts';
import type { Secrets } from '../secrets.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Templates } from '../templates/templates.ts';
import type { AccessNarrowed, PresenceOf, Variables } from '../variables/variables.ts';
import { createChanging } from './changing.ts';
import type { PublicEndpoints } from './env.ts';
import { createIdentity } from './identity.ts';
import { createKeyChange, type EnvCommands } from './key-change.ts';
import { createUnitKeys } from './keys.ts';
import { createMaking } from './making.ts';
import { createProgramChange } from './program-change.ts';
import { createReading } from './reading.ts';
import { unitsRoutes } from './routes.ts';
import { seenIds } from './seen-store.ts';
import { loadSimulated } from './simulated.ts';
import { lockUnit } from './store.ts';

export type { SimulatedUnit } from './simulated.ts';
export type { StoredUnit } from './store.ts';

type Deps = {
  db: Db;
  secrets: Secrets;
  templates: Templates;
  sectors: Sectors;
  variables: Variables;
  publicEndpoints: PublicEndpoints;
  presenceOf: PresenceOf;
  accessNarrowed: AccessNarrowed;
  /** Takes away what was granted to units that are about to go. */
  giveBackGrants: (tx: Db, unitIds: readonly number[]) => Promise<void>;
  envCommands: EnvCommands;
};

/** Things in sectors, physical or virtual: made from a schema.json, with their keys and env.json. */
export function createUnits(deps: Deps) {
  const { db, secrets, templates, sectors, variables, publicEndpoints, presenceOf, envCommands } = deps;
  const keyring = createUnitKeys({ secrets });
  const reading = createReading({ db, sectors, variables, presenceOf, keyring });
  const making = createMaking({ db, templates, sectors, variables, keyring });
  const changing = createChanging({ ...deps, reading });
  const keyChange = createKeyChange({ db, reading, keyring, envCommands });
  const identity = createIdentity({ db, reading, keyring, keyChange, publicEndpoints });

  return {
    routes: unitsRoutes({ db, reading, making, changing, identity }),
    forgetUnits: changing.forgetUnits,
    addOutput: changing.addOutput,
    /** A unit as the caller may see it. @throws AppError 404 when there is none, or none for them to see */
    show: reading.show,
    /** Units of an owner or by their UUIDs as the caller may see them; what is not for them is left out without a word. */
    seen: reading.seen,
    /** The (inner) ids of those that the caller sees something of, by their UUIDs. */
    seenIds,
    /** @throws AppError 404 also for units of others, seen or not */
    own: reading.own,
    /** The units that the caller may command, their own and those with a granted input, with their addresses. */
    addressed: reading.addressed,
    /** Like `own`, and nobody else changes the unit until the transaction ends. */
    lockOwn: reading.lockOwn,
    /** The same on behalf of nobody; undefined when it is gone. */
    lock: lockUnit,
    /** env.json for the unit itself, by the generation of the keys it has shown. */
    envForUnit: identity.envForUnit,
    keyChange,
    programChange: createProgramChange({ variables }),
    /** The virtual units whose owners are not locked; with a UUID that one alone. */
    simulated: (uuid?: string) => loadSimulated(db, variables, uuid),
  };
}

export type Units = ReturnType<typeof createUnits>;

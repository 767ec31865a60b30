import type { Db } from '../database/connection.ts';
import type { Secrets } from '../secrets.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { PresenceOf, Variables } from '../variables/variables.ts';
import { createChanging } from './changing.ts';
import type { PublicEndpoints } from './env.ts';
import { createIdentity } from './identity.ts';
import { createUnitKeys } from './keys.ts';
import { createMaking } from './making.ts';
import { createReading } from './reading.ts';
import { unitsRoutes } from './routes.ts';
import { loadSimulated } from './simulated.ts';

export type { SimulatedUnit } from './simulated.ts';

type Deps = {
  db: Db;
  secrets: Secrets;
  sectors: Sectors;
  variables: Variables;
  publicEndpoints: PublicEndpoints;
  presenceOf: PresenceOf;
};

/** Things in sectors, physical or virtual: made from a schema.json, with their keys and env.json. */
export function createUnits({ db, secrets, sectors, variables, publicEndpoints, presenceOf }: Deps) {
  const keyring = createUnitKeys({ secrets });
  const reading = createReading({ db, sectors, variables, presenceOf, keyring });
  const making = createMaking({ db, sectors, variables, keyring });
  const changing = createChanging({ db, sectors, variables, reading });
  const identity = createIdentity({ db, reading, keyring, publicEndpoints });

  return {
    routes: unitsRoutes({ db, reading, making, changing, identity }),
    forgetUnits: changing.forgetUnits,
    /** A unit as the caller may see it. @throws AppError 404 when there is none, or none for them to see */
    show: reading.show,
    /** @throws AppError 404 also for units of others, seen or not */
    own: reading.own,
    /** The virtual units whose owners are not locked; with a UUID that one alone. */
    simulated: (uuid?: string) => loadSimulated(db, variables, uuid),
  };
}

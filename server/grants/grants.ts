import type { Db } from '../database/connection.ts';
import type { UserEvent } from '../live/live.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Person } from '../users/caller.ts';
import type { AccessNarrowed, StoredVariable, Variables } from '../variables/variables.ts';
import { formatAddress } from './address.ts';
import { createGiving, type GrantChanged } from './giving.ts';
import { createListing } from './listing.ts';
import { createPlaces, type FindUser } from './places.ts';
import { createRequests, type RequestsDeps } from './requests.ts';
import { grantsRoutes } from './routes.ts';

type Deps = {
  db: Db;
  sectors: Sectors;
  variables: Variables;
  findUser: FindUser;
  /** @throws AppError 404 unless it is the caller's own */
  ownUnit: (caller: Person, uuid: string) => Promise<{ id: number; visibility: StoredVariable['visibility'] }>;
  accessNarrowed: AccessNarrowed;
  /** Tells the open pages of a user. */
  tell: (userUuid: string, event: UserEvent) => void;
};

/** Who else may read an output or set an input, and how one asks for it. */
export function createGrants({ db, sectors, variables, findUser, ownUnit, accessNarrowed, tell }: Deps) {
  const places = createPlaces({ sectors, findUser });

  const grantChanged: GrantChanged = async (grant, change) => {
    const paths = await places.pathsOf(db, [grant.ownerId]);
    const address = formatAddress(grant.owner, paths.get(grant.sectorId) ?? '', grant.unitName, grant.variableName);
    for (const user of [grant.ownerUuid, grant.actorUuid]) {
      if (user) tell(user, { event: 'grant', data: { id: grant.uuid, change, access: grant.access, address } });
    }
  };

  const requestChanged: RequestsDeps['changed'] = async ({ uuid, access, address, ownerUuid, askerUuid }, status) => {
    const event = { event: 'request', data: { id: uuid, status, access, address } } as const;
    tell(askerUuid, event);
    if (ownerUuid) tell(ownerUuid, event);
  };

  const giving = createGiving({ db, variables, places, findUser, accessNarrowed, changed: grantChanged });
  const listing = createListing({ db, variables, places });
  const requests = createRequests({
    ...{ db, variables, places, giving },
    changed: requestChanged,
    granted: (grant) => grantChanged(grant, 'given'),
  });

  return {
    routes: grantsRoutes({ db, giving, listing, places, requests, ownUnit }),
    seenUnit: places.seenUnit,
    /** Ends what was granted to units, within the transaction that deletes and announces them. */
    giveBack: giving.giveBack,
  };
}

import type { Visibility } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import { formatAddress } from './address.ts';
import { grantsContract } from './contract.ts';
import type { Giving } from './giving.ts';
import type { Listing } from './listing.ts';
import type { Places } from './places.ts';
import type { Requests } from './requests.ts';
import { requestsFrom, requestsTo, type StoredRequest } from './requests-store.ts';

type Deps = {
  db: Db;
  giving: Giving;
  listing: Listing;
  places: Places;
  requests: Requests;
  /** @throws AppError 404 unless it is the caller's own */
  ownUnit: (caller: Person, uuid: string) => Promise<{ id: number; visibility: Visibility }>;
};

export const grantsRoutes = ({ db, giving, listing, places, requests, ownUnit }: Deps) => {
  /** Requests for what is the caller's, by the address it has now. */
  async function presentToMe(caller: Person, stored: readonly StoredRequest[]) {
    const paths = await places.pathsOf(db, [caller.userId]);
    return stored.flatMap((request) => {
      const { variable, variableName, unitName, owner, sectorId, asker } = request;
      if (variable === null || variableName === null || unitName === null || owner === null) return [];
      const address = formatAddress(owner, paths.get(sectorId) ?? '', unitName, variableName);
      return [{ ...presentRequest(request), address, from: asker, variable }];
    });
  }

  return routes(grantsContract, {
    'GET /api/units/:id/access': async ({ caller, params }) => listing.ofUnit(caller, await ownUnit(caller, params.id)),
    'GET /api/grants': ({ caller }) => listing.list(caller),
    'POST /api/grants': async ({ caller, body }) =>
      only(await listing.presentGiven(caller, [await giving.give(caller, body)])),
    'DELETE /api/grants/:id': ({ caller, params }) => giving.revoke(caller, params.id),
    'GET /api/access-requests': async ({ caller }) => ({
      toMe: await presentToMe(caller, await requestsTo(db, caller.userId)),
      fromMe: (await requestsFrom(db, caller.userId)).map(presentRequest),
    }),
    'POST /api/access-requests': async ({ caller, body }) => presentRequest(await requests.make(caller, body)),
    'POST /api/access-requests/:id/answer': async ({ caller, params, body }) =>
      only(await presentToMe(caller, [await requests.answer(caller, params.id, body)])),
    'DELETE /api/access-requests/:id': ({ caller, params }) => requests.withdraw(caller, params.id),
  });
};

/** As its asker sees it: nothing in it says whether what was asked for exists. */
const presentRequest = ({ uuid, address, access, note, status, answer, createdAt, answeredAt }: StoredRequest) => ({
  id: uuid,
  address,
  access,
  note,
  status,
  answer,
  createdAt: createdAt.toISOString(),
  answeredAt: answeredAt?.toISOString() ?? null,
});

function only<T>([one]: readonly T[]): T {
  if (one === undefined) throw new Error('there is one for each');
  return one;
}

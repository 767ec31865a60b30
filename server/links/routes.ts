import type { z } from 'zod';
import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import { linksContract } from './contract.ts';
import type { LinkReading } from './reading.ts';

type Wanted = z.output<(typeof linksContract)['POST /api/links']['body']>;
type Change = z.output<(typeof linksContract)['PATCH /api/links/:id']['body']>;

type Deps = LinkReading & {
  /** Answers the new link's UUID. */
  make: (caller: Person, wanted: Wanted) => Promise<string>;
  change: (caller: Person, uuid: string, change: Change) => Promise<void>;
  remove: (caller: Person, uuid: string) => Promise<void>;
};

export const linksRoutes = ({ list, show, events, make, change, remove }: Deps) =>
  routes(linksContract, {
    'GET /api/links': ({ query, caller }) => list(caller, query),
    'POST /api/links': async ({ body, caller }) => show(caller, await make(caller, body)),
    'GET /api/links/:id': ({ params, caller }) => show(caller, params.id),
    'PATCH /api/links/:id': async ({ params, body, caller }) => {
      await change(caller, params.id, body);
      return show(caller, params.id);
    },
    'DELETE /api/links/:id': ({ params, caller }) => remove(caller, params.id),
    'GET /api/links/:id/events': ({ params, caller }) => events(caller, params.id),
  });

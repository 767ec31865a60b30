import type { z } from 'zod';
import type { RouteAnswer } from '../http/contract.ts';
import { routes } from '../http/router.ts';
import type { Caller, Person } from '../users/caller.ts';
import { graphContract } from './contract.ts';

type Graph = RouteAnswer<(typeof graphContract)['GET /api/graph']>;
type Layout = z.output<(typeof graphContract)['PUT /api/graph/positions']['body']>;
type Wish = z.output<(typeof graphContract)['POST /api/graph/units']['body']>;

/** A sector is given by its UUID; null is the canvas of everything. */
type Deps = {
  canvas: (caller: Person, sector: string | null) => Promise<Graph>;
  ofUser: (caller: Caller, username: string) => Promise<Graph>;
  place: (caller: Person, layout: Layout) => Promise<void>;
  add: (caller: Person, wish: Wish) => Promise<RouteAnswer<(typeof graphContract)['POST /api/graph/units']>>;
  takeOff: (caller: Person, unit: string, sector: string | null) => Promise<void>;
};

export const graphRoutes = ({ canvas, ofUser, place, add, takeOff }: Deps) =>
  routes(graphContract, {
    'GET /api/graph': ({ caller, query }) => canvas(caller, query.sector ?? null),
    'GET /api/graph/:owner': ({ caller, params }) => ofUser(caller, params.owner),
    'PUT /api/graph/positions': ({ caller, body }) => place(caller, body),
    'POST /api/graph/units': ({ caller, body }) => add(caller, body),
    'DELETE /api/graph/units/:id': ({ caller, params, query }) => takeOff(caller, params.id, query.sector ?? null),
  });

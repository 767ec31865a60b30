import type { RouteAnswer } from '../http/contract.ts';
import type { programsContract } from './contract.ts';
import type { StoredUpdate } from './store.ts';

type Shown = RouteAnswer<(typeof programsContract)['POST /api/units/:id/updates']>;

export function presentUpdate(update: StoredUpdate): Shown {
  const { uuid, unit, fromLabel, toLabel, overTheAir, status, detail, filesFetched, bytesFetched } = update;
  return {
    ...{ id: uuid, unit, from: fromLabel, to: toLabel, overTheAir, status, detail, filesFetched, bytesFetched },
    createdAt: update.createdAt.toISOString(),
    finishedAt: update.finishedAt?.toISOString() ?? null,
  };
}

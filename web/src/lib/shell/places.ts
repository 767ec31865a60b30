import { call } from '#lib/api/call.ts';
import type { ApiReply } from '../../../../server/contract.ts';

export type Places = { sectors: ApiReply<'GET /api/sectors'>; units: ApiReply<'GET /api/units'> };

/** What a page invalidates after it made, moved, renamed or removed a sector or a unit: `invalidate(placesKey)`. */
export const placesKey = 'croft:places';

/** My sectors and units: the tree beside every page, and what pages list. */
export async function loadPlaces(): Promise<Places> {
  const [sectors, units] = await Promise.all([call('GET /api/sectors'), call('GET /api/units')]);
  return { sectors, units };
}

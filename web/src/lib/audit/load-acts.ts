import { call } from '#lib/api/call.ts';
import type { ApiReply } from '../../../../server/contract.ts';

export type Act = ApiReply<'GET /api/audit'>[number];

/** Acts on a page. */
export const pageSize = 50;

/** The newest acts that concern the signed-in user, or those before an id; `object`: of a thing alone, by its UUID. @throws ApiError */
export const loadActs = (query: { object?: string | undefined; before?: number; limit?: number }): Promise<Act[]> =>
  call('GET /api/audit', { query: { limit: pageSize, ...query } });

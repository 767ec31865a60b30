import { call } from '#lib/api/call.ts';
import type { ApiReply } from '../../../../server/contract.ts';

type Grants = ApiReply<'GET /api/grants'>;
type Requests = ApiReply<'GET /api/access-requests'>;
export type GivenGrant = Grants['given'][number];
export type HeldGrant = Grants['held'][number];
export type RequestToMe = Requests['toMe'][number];
export type MyRequest = Requests['fromMe'][number];
export type Right = GivenGrant['access'];

/** What pages depend on that show by what rights they do: it is invalidated when a grant or a request of mine changes. */
export const accessKey = 'croft:access';

/** Grants and requests, those of others to me and mine to others. @throws ApiError */
export async function loadAccess(): Promise<Grants & Requests> {
  const [grants, requests] = await Promise.all([call('GET /api/grants'), call('GET /api/access-requests')]);
  return { ...grants, ...requests };
}

import { call } from '#lib/api/call.ts';
import type { ApiReply } from '../../../../server/contract.ts';

export type ListedUser = ApiReply<'GET /api/users'>[number];
export type Invite = ApiReply<'GET /api/invites'>[number];

/** What is invalidated after a user or an invite changed: `invalidate(administrationKey)`. */
export const administrationKey = 'croft:administration';

/** Everybody with an account, and the invites. @throws ApiError */
export async function loadAdministration(): Promise<{ users: ListedUser[]; invites: Invite[] }> {
  const [users, invites] = await Promise.all([call('GET /api/users'), call('GET /api/invites')]);
  return { users, invites };
}

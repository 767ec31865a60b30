import { call } from '#lib/api/call.ts';
import type { ApiReply } from '../../../../server/contract.ts';

export type Session = ApiReply<'GET /api/sessions'>[number];
export type Token = ApiReply<'GET /api/tokens'>[number];

/** What is invalidated after a session or token was made or ended: `invalidate(accountKey)`. */
export const accountKey = 'croft:account';

/** Where I am signed in, and my API tokens. @throws ApiError */
export async function loadAccount(): Promise<{ sessions: Session[]; tokens: Token[] }> {
  const [sessions, tokens] = await Promise.all([call('GET /api/sessions'), call('GET /api/tokens')]);
  return { sessions, tokens };
}

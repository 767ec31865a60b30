import { redirect } from '@sveltejs/kit';
import type { PageLoad } from './$types.js';

/** The home page is a user's own; others begin at the sign-in page. */
export const load: PageLoad = async ({ parent }) => {
  const { me, fault } = await parent();
  if (!me && !fault) redirect(307, '/signin');
};

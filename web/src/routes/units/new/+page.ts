import { redirect } from '@sveltejs/kit';
import { call } from '#lib/api/call.ts';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ parent, url }) => {
  const { me, fault } = await parent();
  if (!me && !fault) redirect(307, signInAddress(url));
  return { examples: fault ? [] : await call('GET /api/unit-examples') };
};

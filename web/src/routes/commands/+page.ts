import { redirect } from '@sveltejs/kit';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ parent, url }) => {
  const { me, fault } = await parent();
  if (!me && !fault) redirect(307, signInAddress(url));
};

import { redirect } from '@sveltejs/kit';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import { accessKey, loadAccess } from '#lib/grants/load-access.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ parent, depends, url }) => {
  depends(accessKey);
  const { me, fault } = await parent();
  if (fault) return { access: undefined };
  if (!me) redirect(307, signInAddress(url));
  return { access: await loadAccess() };
};

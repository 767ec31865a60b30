import { redirect } from '@sveltejs/kit';
import { accountKey, loadAccount } from '#lib/account/load-account.ts';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ parent, depends, url }) => {
  depends(accountKey);
  const { me, fault } = await parent();
  if (fault) return { account: undefined };
  if (!me) redirect(307, signInAddress(url));
  return { account: await loadAccount() };
};

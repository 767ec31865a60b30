import { redirect } from '@sveltejs/kit';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import { loadActs } from '#lib/audit/load-acts.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ parent, url }) => {
  const object = url.searchParams.get('object') ?? undefined;
  const { me, fault } = await parent();
  if (fault) return { log: undefined };
  if (!me) redirect(307, signInAddress(url));
  return { log: { object, acts: await loadActs({ object }) } };
};

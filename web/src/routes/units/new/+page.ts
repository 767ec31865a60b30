import { redirect } from '@sveltejs/kit';
import { call } from '#lib/api/call.ts';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ parent, url }) => {
  const { me, fault } = await parent();
  if (!me && !fault) redirect(307, signInAddress(url));
  if (fault) return { examples: [], templates: [] };
  const [examples, templates] = await Promise.all([call('GET /api/unit-examples'), call('GET /api/templates')]);
  // One that was never read has nothing to make a unit from.
  return { examples, templates: templates.filter(({ latest }) => latest !== null) };
};

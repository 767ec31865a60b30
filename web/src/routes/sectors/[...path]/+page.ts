import { error, redirect } from '@sveltejs/kit';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import { m } from '#lib/paraglide/messages.js';
import type { PageLoad } from './$types.js';

/** One of my sectors, by its path. */
export const load: PageLoad = async ({ params, parent, url }) => {
  const { me, places, fault } = await parent();
  if (fault) return { sector: undefined };
  if (!me) redirect(307, signInAddress(url));
  if (params.path === '') redirect(307, '/');
  const sector = places.sectors.find(({ path }) => path === `/${params.path}`);
  if (!sector) error(404, m.error_page_missing());
  return { sector };
};

import { error, redirect } from '@sveltejs/kit';
import { call } from '#lib/api/call.ts';
import { signInAddress } from '#lib/api/sign-in-address.ts';
import { graphKey } from '#lib/graph/graph.ts';
import { m } from '#lib/paraglide/messages.js';
import type { PageLoad } from './$types.js';

/** My canvas: of everything, or of one of my sectors by its UUID. */
export const load: PageLoad = async ({ depends, parent, url }) => {
  depends(graphKey);
  const wanted = url.searchParams.get('sector');
  const { me, places, fault } = await parent();
  if (fault) return { graph: undefined, sector: undefined };
  if (!me) redirect(307, signInAddress(url));
  const sector = wanted === null ? undefined : places.sectors.find(({ id }) => id === wanted);
  if (wanted !== null && !sector) error(404, m.error_page_missing());
  return { sector, graph: await call('GET /api/graph', { query: sector ? { sector: sector.id } : {} }) };
};

import { redirect } from '@sveltejs/kit';
import { ApiError } from '#lib/api/api-error.ts';
import { call } from '#lib/api/call.ts';
import { loadPlaces, placesKey } from '#lib/shell/places.ts';
import type { LayoutLoad } from './$types.js';

export const ssr = false;

/** Who is here, and where; the same for every page. A fault is shown in place of the page, so nothing is thrown. */
export const load: LayoutLoad = async ({ depends, untrack, url }) => {
  depends(placesKey);
  try {
    const [instance, me] = await Promise.all([call('GET /api/instance'), whoIsHere()]);
    if (!instance.setUp && untrack(() => url.pathname) !== '/setup') redirect(307, '/setup');
    return { instance, me, places: me ? await loadPlaces() : { sectors: [], units: [] } };
  } catch (fault) {
    if (fault instanceof ApiError) return { fault };
    throw fault;
  }
};

async function whoIsHere() {
  try {
    return await call('GET /api/me');
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return undefined;
    throw error;
  }
}

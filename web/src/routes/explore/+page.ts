import { findUnits } from '#lib/explore/explore-pages.ts';
import type { PageLoad } from './$types.js';

/** As long as the instance takes. */
const longestSearch = 100;

export const load: PageLoad = async ({ url }) => {
  const search = (url.searchParams.get('search') ?? '').slice(0, longestSearch);
  return { search, found: await findUnits(search) };
};

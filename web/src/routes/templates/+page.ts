import { call } from '#lib/api/call.ts';
import { templatesKey } from '#lib/templates/template.ts';
import type { PageLoad } from './$types.js';

/** As long as the instance takes. */
const longestSearch = 100;

export const load: PageLoad = async ({ url, depends }) => {
  depends(templatesKey);
  const search = (url.searchParams.get('search') ?? '').slice(0, longestSearch);
  return { search, templates: await call('GET /api/templates', { query: { search } }) };
};

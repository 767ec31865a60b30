import { call } from '#lib/api/call.ts';
import { accessKey } from '#lib/grants/load-access.ts';
import { unitKey } from '#lib/units/unit.ts';
import type { PageLoad } from './$types.js';

/** A unit as the visitor may see it; what they may not see is as if it were not there. */
export const load: PageLoad = async ({ params, depends, parent }) => {
  depends(unitKey(params.id), accessKey);
  const [unit] = await Promise.all([call('GET /api/units/:id', { params: { id: params.id } }), parent()]);
  return { unit };
};

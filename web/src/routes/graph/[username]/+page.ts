import { call } from '#lib/api/call.ts';
import { graphKey } from '#lib/graph/graph.ts';
import type { PageLoad } from './$types.js';

/** What one may see of somebody's units and links; without anything it is as if nobody had that name. */
export const load: PageLoad = async ({ depends, params }) => {
  depends(graphKey);
  const owner = params.username;
  return { owner, graph: await call('GET /api/graph/:owner', { params: { owner } }) };
};

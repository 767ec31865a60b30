import { call } from '#lib/api/call.ts';
import { templateKey } from '#lib/templates/template.ts';
import type { PageLoad } from './$types.js';

/** A template as the visitor may see it; what they may not see is as if it were not there. */
export const load: PageLoad = async ({ params: { id }, depends, parent }) => {
  depends(templateKey(id));
  const [template, versions, { me }] = await Promise.all([
    call('GET /api/templates/:id', { params: { id } }),
    call('GET /api/templates/:id/versions', { params: { id } }),
    parent(),
  ]);
  const latest = template.latest?.id;
  const [version, units] = await Promise.all([
    latest && call('GET /api/templates/:id/versions/:version', { params: { id, version: latest } }),
    me && call('GET /api/templates/:id/units', { params: { id } }),
  ]);
  return { template, versions, version: version || undefined, units };
};

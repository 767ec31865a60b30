import { call } from '#lib/api/call.ts';
import { accessKey } from '#lib/grants/load-access.ts';
import { loadVariable, variableKey } from '#lib/variables/load-variable.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ params, depends }) => {
  depends(variableKey, accessKey);
  const variable = await loadVariable(params.id);
  const unit = await call('GET /api/units/:id', { params: { id: variable.unit.id } });
  return { variable, unit };
};

import { error } from '@sveltejs/kit';
import { call } from '#lib/api/call.ts';
import type { Variable } from './aggregate.ts';

/** What the page of a variable depends on: `invalidate(variableKey)` after something about it changed. */
export const variableKey = 'croft:variable';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The variable of a page's address, for a load function: what is no UUID is a page that does not exist. @throws ApiError */
export async function loadVariable(id: string): Promise<Variable> {
  if (!uuid.test(id)) error(404);
  return call('GET /api/variables/:id', { params: { id } });
}

import { loadVariable } from '#lib/variables/load-variable.ts';
import type { PageLoad } from './$types.js';

export const load: PageLoad = async ({ params }) => ({ variable: await loadVariable(params.id) });

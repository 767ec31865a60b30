import { error } from '@sveltejs/kit';
import { administrationKey, loadAdministration } from '#lib/admin/load-administration.ts';
import { m } from '#lib/paraglide/messages.js';
import type { PageLoad } from './$types.js';

/** For administrators; to everybody else there is no such page. */
export const load: PageLoad = async ({ parent, depends }) => {
  depends(administrationKey);
  const { me, fault } = await parent();
  if (fault) return { administration: undefined };
  if (me?.role !== 'administrator') error(404, m.error_page_missing());
  return { administration: await loadAdministration() };
};

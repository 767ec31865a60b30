import { announce } from '../database/changes.ts';
import type { Db } from '../database/connection.ts';
import type { StoredLink } from './store.ts';

/** Everybody who holds a copy of the units that these links begin at. */
export async function announceSources(tx: Db, links: readonly StoredLink[]): Promise<void> {
  const units = new Set(links.map(({ output }) => output.unit.uuid));
  await announce(tx, ...[...units].map((unit) => ({ unit })));
}

/** The open pages of those whose links these are. */
export async function announceLinks(
  tx: Db,
  links: readonly StoredLink[],
  change: 'made' | 'changed' | 'deleted',
): Promise<void> {
  await announce(tx, ...links.map((link) => ({ link: link.uuid, change, users: [...usersOf(link)] })));
}

/** Who changes a link becomes its maker: to who made it before and owns no end, it is gone. */
export async function announceChanged(tx: Db, before: StoredLink, after: StoredLink): Promise<void> {
  await announceLinks(tx, [after], 'changed');
  const staying = usersOf(after);
  const gone = [...usersOf(before)].filter((user) => !staying.has(user));
  if (gone.length > 0) await announce(tx, { link: before.uuid, change: 'deleted', users: gone });
}

/** Who owns an end of it, and who made it. */
const usersOf = ({ maker, output, input }: StoredLink): Set<string> =>
  new Set([output.ownerUuid, input.ownerUuid, maker.uuid]);

import type { Stop } from '../journal/journal.ts';

/** Where refusals on a link stand; there is no such MQTT topic. */
export const linkTopic = (uuid: string) => `link/${uuid}`;

/** Units of others have no name here: they may be private. */
export function loopDetail(link: string, trail: readonly Stop[], ownerId: number): string {
  const names = loopOf(trail).map((stop) => (stop.ownerId === ownerId ? `“${stop.name}”` : 'a unit of somebody else'));
  return `${link} was not followed: the value went round through links. The units on its way: ${names.join(' → ')}.`;
}

/** From the last time that a value was at the unit where it is now; the whole way when it was not. */
function loopOf(trail: readonly Stop[]): readonly Stop[] {
  const here = trail.at(-1)?.unitUuid;
  const before = trail.findLastIndex(({ unitUuid }, index) => unitUuid === here && index < trail.length - 1);
  return trail.slice(Math.max(before, 0));
}

import type { Act } from './load-acts.ts';

/**
 * Acts that were read, with the newest ones as they are now in their place, newest first. Where more came in between
 * than one reading holds, the older ones are left out: they are read again when they are asked for.
 * @param limit how many a reading holds at most; one with fewer holds all there are
 */
export function mergeActs(known: readonly Act[], newest: readonly Act[], limit: number): readonly Act[] {
  const [latest] = known;
  const oldest = newest.at(-1);
  if (!latest || !oldest || newest.length < limit || oldest.id > latest.id) return newest;
  return [...newest, ...known.filter(({ id }) => id < oldest.id)];
}

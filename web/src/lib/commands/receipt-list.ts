import type { Receipt } from './command.ts';

/**
 * A list, newest first, once its newest were read again: what is older than those stays. Where they do not reach down to the
 * list any more, something is missing in between, and the list begins anew.
 */
export function withNewest(list: readonly Receipt[], newest: readonly Receipt[]): Receipt[] {
  const ids = new Set(newest.map(({ id }) => id));
  const last = list.findLastIndex(({ id }) => ids.has(id));
  return last < 0 ? [...newest] : [...newest, ...list.slice(last + 1)];
}

import { tellError } from '#lib/api/explain.ts';
import { pollWhile } from '#lib/api/poll-while.svelte.ts';
import { type Act, loadActs, pageSize } from './load-acts.ts';
import { mergeActs } from './merge-acts.ts';

/** Milliseconds between two looks at what is new. */
const pause = 5_000;

type Loaded = { acts: Act[]; object: string | undefined };

/** The acts that a page loaded, with what is new since, and older ones when asked for. Call it during component initialisation. */
export function followActs(loaded: () => Loaded) {
  let list = $derived<readonly Act[]>(loaded().acts);
  let isMore = $derived(loaded().acts.length === pageSize);
  let busy = $state(false);

  async function look() {
    const asked = loaded();
    const newest = await loadActs({ object: asked.object });
    // Unless something else is looked at meanwhile.
    if (asked !== loaded()) return;
    const merged = mergeActs(list, newest, pageSize);
    if (merged === newest) isMore = newest.length === pageSize;
    list = merged;
  }

  async function readOlder() {
    const asked = loaded();
    const last = list.at(-1);
    if (!last) return;
    const older = await loadActs({ object: asked.object, before: last.id });
    if (asked !== loaded()) return;
    isMore = older.length === pageSize;
    list = [...list.filter(({ id }) => id >= last.id), ...older];
  }

  pollWhile(() => true, look, pause);

  return {
    get list() {
      return list;
    },
    /** There may be older ones */
    get isMore() {
      return isMore;
    },
    get busy() {
      return busy;
    },
    async older(): Promise<void> {
      busy = true;
      await readOlder().catch(tellError);
      busy = false;
    },
  };
}

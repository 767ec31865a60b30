import { onDestroy, onMount } from 'svelte';
import { tellError } from '#lib/api/explain.ts';
import { followLive, useLive } from '#lib/api/live.svelte.ts';
import type { LiveEvent, LiveTopic } from '#lib/api/live-events.ts';
import type { Receipt } from './command.ts';
import { withNewest } from './receipt-list.ts';

/** Milliseconds between two readings, however much is heard. */
const shortestPause = 250;

type Source = {
  /** What tells of these commands. */
  topic: () => LiveTopic;
  /** The newest of them, newest first. @throws ApiError */
  read: () => Promise<Receipt[]>;
};

/**
 * Commands with their receipts, newest first, as they change. What was heard shows at once; the times are the
 * instance's, so they are read after it. Call it during component initialisation.
 */
export function followReceipts({ topic, read }: Source) {
  const stream = useLive();
  let list = $state.raw<Receipt[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onDestroy(() => clearTimeout(timer));

  async function readNewest() {
    timer = undefined;
    list = withNewest(list ?? [], await read());
  }
  const readOrTell = () => void readNewest().catch(tellError);

  function take(events: LiveEvent[]) {
    const news = events.flatMap((event) => (event.kind === 'command' ? [event] : []));
    if (news.length === 0) return;
    for (const { id, status, detail } of news) {
      list = list?.map((one) => (one.id === id ? { ...one, status, detail } : one));
    }
    timer ??= setTimeout(readOrTell, shortestPause);
  }

  onMount(readOrTell);
  followLive(topic, take);
  $effect(() => {
    if (stream.returns > 0) readOrTell();
  });

  return {
    /** undefined until they were read */
    get list() {
      return list;
    },
    /** Reads the newest again. @throws ApiError */
    read: readNewest,
    /** Puts one that was just made or changed in its place. */
    put(receipt: Receipt): void {
      const others = list?.filter(({ id }) => id !== receipt.id) ?? [];
      const known = list?.some(({ id }) => id === receipt.id);
      list = known ? list?.map((one) => (one.id === receipt.id ? receipt : one)) : [receipt, ...others];
    },
    /** Puts older ones behind those that are there. */
    add(older: Receipt[]): void {
      list = [...(list ?? []), ...older];
    },
  };
}

import { onDestroy, onMount } from 'svelte';
import { call } from '#lib/api/call.ts';
import { tellError } from '#lib/api/explain.ts';
import { followLive, useLive } from '#lib/api/live.svelte.ts';
import type { LiveEvent } from '#lib/api/live-events.ts';
import type { Receipt } from './command.ts';

/** Milliseconds between two readings, however much is heard. */
const shortestPause = 250;

/**
 * The last commands to a unit with their receipts, newest first, as they change. What was heard shows at once; the
 * times are the instance's, so they are read after it. Call it during component initialisation.
 */
export function followReceipts(unitId: () => string) {
  const stream = useLive();
  let list = $state.raw<Receipt[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onDestroy(() => clearTimeout(timer));

  async function read() {
    timer = undefined;
    await call('GET /api/units/:id/commands', { params: { id: unitId() } }).then((rows) => {
      list = rows;
    }, tellError);
  }

  function take(events: LiveEvent[]) {
    const news = events.flatMap((event) => (event.kind === 'command' ? [event] : []));
    if (news.length === 0) return;
    for (const { id, status, detail } of news) {
      list = list?.map((one) => (one.id === id ? { ...one, status, detail } : one));
    }
    timer ??= setTimeout(read, shortestPause);
  }

  onMount(read);
  followLive(() => ({ unit: unitId() }), take);
  $effect(() => {
    if (stream.returns > 0) void read();
  });

  return {
    /** undefined until they were read */
    get list() {
      return list;
    },
    /** Puts one that was just made or changed in its place. */
    put(receipt: Receipt): void {
      const others = list?.filter(({ id }) => id !== receipt.id) ?? [];
      const known = list?.some(({ id }) => id === receipt.id);
      list = known ? list?.map((one) => (one.id === receipt.id ? receipt : one)) : [receipt, ...others];
    },
  };
}

import { onDestroy, untrack } from 'svelte';
import { call } from '#lib/api/call.ts';
import { followLive, useLive } from '#lib/api/live.svelte.ts';
import { invalidate } from '$app/navigation';
import { accessKey } from './load-access.ts';

/** Milliseconds between two readings, however much is heard. */
const shortestPause = 100;

/**
 * Keeps pages right about who may see what while it changes, and counts the open requests to the signed-in user. Call it
 * during component initialisation, once for all pages.
 */
export function followAccess() {
  const stream = useLive();
  let open = $state(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  onDestroy(() => clearTimeout(timer));

  /** A number that cannot be had is no reason to disturb anybody: it comes with the next change. */
  async function count() {
    const requests = await call('GET /api/access-requests').catch(() => undefined);
    if (requests) open = requests.toMe.filter(({ status }) => status === 'open').length;
  }

  function refresh() {
    timer = undefined;
    void count();
    void invalidate(accessKey);
  }

  followLive(
    () => 'access',
    () => {
      timer ??= setTimeout(refresh, shortestPause);
    },
  );
  // Not before changes are heard, or one in between would be missed.
  const isHeard = $derived(stream.openings > 0);
  $effect(() => {
    if (isHeard) void untrack(count);
  });
  $effect(() => {
    if (stream.returns > 0) untrack(refresh);
  });

  return {
    get open() {
      return open;
    },
  };
}

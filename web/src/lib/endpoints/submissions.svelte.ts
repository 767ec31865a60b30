import { onDestroy, onMount } from 'svelte';
import { call } from '#lib/api/call.ts';
import { tellError } from '#lib/api/explain.ts';
import { followLive, useLive } from '#lib/api/live.svelte.ts';
import type { Endpoint, Submission } from './endpoint.ts';

/** Milliseconds between two readings, however much comes. */
const shortestPause = 500;

/** The last submissions to an endpoint, newest first, as they come. Call it during component initialisation. */
export function followSubmissions(endpoint: () => Endpoint) {
  const stream = useLive();
  let list = $state.raw<Submission[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let readAt = 0;

  async function read() {
    timer = undefined;
    readAt = Date.now();
    await call('GET /api/endpoints/:id/submissions', { params: { id: endpoint().id } }).then((rows) => {
      list = rows;
    }, tellError);
  }

  onMount(read);
  onDestroy(() => clearTimeout(timer));
  followLive(
    () => ({ unit: endpoint().unit }),
    (events) => {
      if (!events.some((event) => event.kind === 'submission' && event.endpoint === endpoint().id)) return;
      timer ??= setTimeout(read, Math.max(0, readAt + shortestPause - Date.now()));
    },
  );
  $effect(() => {
    if (stream.returns > 0) void read();
  });

  return {
    /** undefined until they were read */
    get list() {
      return list;
    },
  };
}

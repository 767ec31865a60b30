import { onDestroy } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import type { LiveEvent } from '#lib/api/live-events.ts';
import { isOver, type Update, type UpdateNews, withNews } from './update.ts';

/** Milliseconds between two readings, however much is heard. */
const shortestPause = 500;

/**
 * What the live stream said about updates since they were read. One that begins or ends elsewhere changes more than its
 * own row (versions, who is behind), so all is read again. Call it during component initialisation.
 */
export function createLiveUpdates(readAgain: () => void) {
  const heard = new SvelteMap<string, UpdateNews>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  onDestroy(() => clearTimeout(timer));

  return {
    take(events: LiveEvent[]): void {
      const news = events.flatMap((event) => (event.kind === 'update' ? [event] : []));
      for (const one of news) heard.set(one.id, one);
      if (!news.some((one) => isOver(one) || one.status === 'waiting' || one.status === 'ordered')) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        readAgain();
      }, shortestPause);
    },
    current: (update: Update): Update => withNews(update, heard.get(update.id)),
  };
}

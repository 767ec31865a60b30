import { createContext } from 'svelte';
import { createFollower, type LiveStatus } from './follower.ts';
import type { LiveEvent, LiveTopic } from './live-events.ts';

/** The page's one live stream, with its state to show. Made once, by the root layout. */
export function createLive() {
  let status = $state<LiveStatus>('idle');
  let openings = $state(0);
  let returns = $state(0);
  const follower = createFollower({
    open: (address) => new EventSource(address),
    nextFrame,
    after: (milliseconds, run) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    onStatus: (next) => {
      if (next === 'open') openings += 1;
      if (next === 'open' && status === 'lost') returns += 1;
      status = next;
    },
  });
  return {
    get status() {
      return status;
    },
    /** Rises when a stream begins to speak: what was loaded before it may have missed something. */
    get openings() {
      return openings;
    },
    /** Rises when the stream is back after it was lost. */
    get returns() {
      return returns;
    },
    follow: follower.follow,
    close: follower.close,
  };
}

export type Live = ReturnType<typeof createLive>;
export const [useLive, provideLive] = createContext<Live>();

/**
 * Hears of a topic while the component lives; a topic that changes is followed anew. undefined: nothing.
 * Call it during component initialisation.
 */
export function followLive(topic: () => LiveTopic | undefined, hear: (events: LiveEvent[]) => void): void {
  const live = useLive();
  $effect(() => {
    const wanted = topic();
    return wanted === undefined ? undefined : live.follow(wanted, hear);
  });
}

/** Milliseconds; a hidden tab has no animation frames, and its events must not pile up. */
const longestFrame = 1_000;

function nextFrame(run: () => void): void {
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, longestFrame);
}

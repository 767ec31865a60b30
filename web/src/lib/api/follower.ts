import { concerns, type LiveEvent, type LiveTopic, liveAddress, liveKinds } from './live-events.ts';

/** `idle` when nobody listens. */
export type LiveStatus = 'idle' | 'connecting' | 'open' | 'lost';

type Deps = {
  open: (address: string) => EventSource;
  /** Runs once at the next animation frame, or soon in a hidden tab, where there are no frames. */
  nextFrame: (run: () => void) => void;
  /** @returns cancels it */
  after: (milliseconds: number, run: () => void) => () => void;
  onStatus: (status: LiveStatus) => void;
};

type Listener = { topic: LiveTopic; hear: (events: LiveEvent[]) => void };

const shortestPause = 1_000;
const longestPause = 30_000;

/**
 * One event stream for everything a page listens to. Listeners are counted by their topics; what arrives is handed
 * over once per animation frame. The browser reconnects with Last-Event-ID by itself; when it gives up (a refusal
 * while the instance restarts) the stream is opened anew after 1 … 30 s. Around a change of topics an event may come twice.
 */
export function createFollower({ open, nextFrame, after, onStatus }: Deps) {
  const listeners = new Set<Listener>();
  /** Former streams speak until the new one does, so that nothing is missed between them. */
  const sources = new Set<EventSource>();
  let current: { address: string; source: EventSource } | undefined;
  let queue: LiveEvent[] = [];
  let settling = false;
  let pause = shortestPause;
  let cancelRetry: (() => void) | undefined;

  function settle(): void {
    if (settling) return;
    settling = true;
    // Several components come and go in one frame; they make one change of the stream.
    nextFrame(() => {
      settling = false;
      const address = liveAddress([...listeners].map((listener) => listener.topic));
      if (address !== current?.address) connect(address);
    });
  }

  function connect(address: string | undefined): void {
    cancelRetry?.();
    cancelRetry = undefined;
    current = undefined;
    if (address === undefined) {
      closeAllBut(undefined);
      onStatus('idle');
      return;
    }
    if (sources.size === 0) onStatus('connecting');
    const source = open(address);
    current = { address, source };
    sources.add(source);
    source.onopen = () => opened(source);
    source.onerror = () => lost(source, address);
    for (const kind of liveKinds) source.addEventListener(kind, (message) => take(kind, message));
  }

  function opened(source: EventSource): void {
    if (current?.source !== source) return;
    closeAllBut(source);
    pause = shortestPause;
    onStatus('open');
  }

  function lost(source: EventSource, address: string): void {
    if (current?.source !== source) return;
    onStatus('lost');
    if (source.readyState !== source.CLOSED) return;
    closeAllBut(undefined);
    cancelRetry = after(pause, () => connect(address));
    pause = Math.min(pause * 2, longestPause);
  }

  function closeAllBut(kept: EventSource | undefined): void {
    for (const source of sources) {
      if (source === kept) continue;
      source.close();
      sources.delete(source);
    }
  }

  function take(kind: LiveEvent['kind'], message: MessageEvent<string>): void {
    queue.push({ kind, ...JSON.parse(message.data) });
    if (queue.length === 1) nextFrame(deliver);
  }

  function deliver(): void {
    const events = queue;
    queue = [];
    for (const { topic, hear } of [...listeners]) {
      const concerning = topic === 'mine' ? events : events.filter((event) => concerns(topic, event));
      if (concerning.length > 0) hear(concerning);
    }
  }

  return {
    /** Hears of a topic until the returned function is called. Events come in order, all of a frame at once. */
    follow(topic: LiveTopic, hear: (events: LiveEvent[]) => void): () => void {
      const listener = { topic, hear };
      listeners.add(listener);
      settle();
      return () => {
        listeners.delete(listener);
        settle();
      };
    },

    close(): void {
      listeners.clear();
      connect(undefined);
    },
  };
}

/** Real time that a test can put forward: whoever waits for a moment that was skipped goes on at once. */
export function createVirtualTime() {
  let ahead = 0;
  const waiting = new Set<{ until: number; wake: () => void }>();
  const now = () => performance.now() + ahead;
  return {
    now,

    /** Resolves in `ms` milliseconds of this time. */
    sleep: (ms: number): Promise<void> =>
      new Promise((resolve) => {
        const one = { until: now() + ms, wake: resolve };
        waiting.add(one);
        const timer = setTimeout(() => one.wake(), Math.max(ms, 0));
        one.wake = () => {
          clearTimeout(timer);
          waiting.delete(one);
          resolve();
        };
      }),

    advance: (ms: number): void => {
      ahead += ms;
      for (const one of [...waiting]) if (one.until <= now()) one.wake();
    },
    /** Wakes everybody: nobody is there any more. */
    end: (): void => {
      for (const one of [...waiting]) one.wake();
    },
  };
}

export type VirtualTime = ReturnType<typeof createVirtualTime>;

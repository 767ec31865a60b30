import { createContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';

/** The time in epoch milliseconds, as state: one timer for the page, running only while something shows an age. */
export function createClock() {
  let now = Date.now();
  const subscribe = createSubscriber((update) => {
    const tick = () => {
      now = Date.now();
      update();
    };
    tick();
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  });
  return {
    get now() {
      subscribe();
      return now;
    },
  };
}

export type Clock = ReturnType<typeof createClock>;
export const [useClock, provideClock] = createContext<Clock>();

import { unavailable } from '../errors.ts';

/**
 * Lets `running` works run at once and `waiting` more wait their turn, first come first served.
 * @throws AppError 503 when the queue is full
 */
export function createGate(limits: { running: number; waiting: number }) {
  let running = 0;
  const queue: (() => void)[] = [];

  async function enter(): Promise<void> {
    if (running < limits.running) {
      running++;
      return;
    }
    if (queue.length >= limits.waiting) throw unavailable('Too many sign-ins at once; try again in a moment.', 1);
    await new Promise<void>((resolve) => queue.push(resolve));
  }

  // The place is handed over, so nobody can slip in between.
  function leave(): void {
    const next = queue.shift();
    if (next) next();
    else running--;
  }

  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

import { unavailable } from '../errors.ts';

/** Lets `atOnce` go at a time; the others wait in order, at most `mostWaiting` of them. */
export function createTurns(atOnce: number, mostWaiting: number) {
  const waiting: (() => void)[] = [];
  let free = atOnce;

  const pass = () => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };

  return {
    /** Resolves when it is the caller's turn; disposing ends it. @throws AppError 503 when too many wait */
    take: async (): Promise<Disposable> => {
      if (free > 0) free--;
      else if (waiting.length >= mostWaiting) throw unavailable('Too many are reading history at once.', 5);
      else await new Promise<void>((resolve) => waiting.push(resolve));
      return { [Symbol.dispose]: pass };
    },
  };
}

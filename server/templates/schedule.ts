import type { Log } from '../log.ts';

const minute = 60_000;
const pollEvery = 15 * minute;
const longestPause = 24 * 60 * minute;

/** A tenth more or less, so that what was made together is not asked for together for ever. */
const about = (milliseconds: number) => milliseconds * (0.9 + Math.random() * 0.2);

/** When a repository that could be read is looked at again; a commit never changes. */
export const nextCheck = (follow: 'commit' | 'tag' | 'branch', now: number): Date | null =>
  follow === 'commit' ? null : new Date(now + about(pollEvery));

/** When one that could not is: after a quarter of an hour, then twice as long each time, up to a day. */
export const nextTry = (failures: number, now: number): Date =>
  new Date(now + about(Math.min(pollEvery * 2 ** (failures - 1), longestPause)));

type Deps = {
  /** Templates to be looked at by a time, `limit` at most. */
  due: (now: Date, limit: number) => Promise<number[]>;
  request: (templateId: number) => void;
  now: () => number;
  log: Log;
};

const tickEvery = 20_000;
/** A few at a time: two are read at once, a reading takes a second or two. */
const mostPerTick = 20;

/** Has templates looked at when they are due: those that follow something, those that failed, those that were cut short. */
export function createSchedule({ due, request, now, log }: Deps) {
  let timer: NodeJS.Timeout | undefined;

  async function tick(): Promise<void> {
    for (const id of await due(new Date(now()), mostPerTick)) request(id);
  }
  const tickSafely = () =>
    tick().catch((err) => log.warn({ err }, 'templates could not be looked at; it is tried again'));

  return {
    tick,
    start: () => {
      timer = setInterval(tickSafely, tickEvery).unref();
      return tickSafely();
    },
    stop: () => clearInterval(timer),
  };
}

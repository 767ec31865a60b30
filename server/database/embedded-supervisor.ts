import { setTimeout as sleep } from 'node:timers/promises';
import { DataFolderError, messageOf } from './embedded-errors.ts';
import { clearOldPostmaster } from './embedded-postmaster.ts';
import { type Server, type ServerPlace, spawnServer } from './embedded-server.ts';

const firstDelay = 100;
const longestDelay = 5_000;
// One that lived this long (ms) has not died of its start: the next delay begins small again.
const livedWell = 10_000;
// Right after a crash the dead server's children may hold its shared memory for a moment more.
const attemptsAtStart = 5;

/** Keeps one Postgres running on its data folder until `stop`. */
export function createSupervisor(place: ServerPlace) {
  const { log } = place;
  const stopping = new AbortController();
  let server: Server | undefined;
  let watching: Promise<void> | undefined;
  let delay = firstDelay;

  async function startOnce(): Promise<Server> {
    await clearOldPostmaster(place);
    stopping.signal.throwIfAborted();
    const started = spawnServer(place);
    server = started;
    await started.ready();
    return started;
  }

  async function startWithin(attempts: number): Promise<Server> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await startOnce();
      } catch (error) {
        await server?.stop();
        if (attempt >= attempts || stopping.signal.aborted) throw error;
        log.warn({ attempt, reason: messageOf(error) }, 'Postgres did not start, trying again');
      }
      await backOff();
    }
  }

  async function backOff(): Promise<void> {
    await sleep(delay, undefined, { signal: stopping.signal });
    delay = Math.min(delay * 2, longestDelay);
  }

  async function watch(first: Server): Promise<void> {
    let running = first;
    while (true) {
      const reason = await running.exited;
      if (stopping.signal.aborted) return;
      log.error({ postgresPid: running.pid, reason }, 'Postgres died, starting it again');
      if (Date.now() - running.startedAt > livedWell) delay = firstDelay;
      await backOff();
      running = await startWithin(Number.POSITIVE_INFINITY);
      log.info({ postgresPid: running.pid }, 'Postgres is back');
    }
  }

  return {
    pid: (): number => server?.pid ?? 0,

    /** Resolves when it answers. Throws DataFolderError with what Postgres said when it does not start. */
    async start(): Promise<void> {
      const first = await startWithin(attemptsAtStart).catch((error: unknown) => {
        throw new DataFolderError(
          `Postgres does not start on ${place.cluster}: ${messageOf(error)}`,
          'Nothing was replaced. Mend what it names (disk full, permissions), or restore the folder from a backup.',
          { cause: error },
        );
      });
      delay = firstDelay;
      // It ends only by `stop`: whatever else goes wrong is another attempt.
      watching = watch(first).catch((error: unknown) => {
        if (!stopping.signal.aborted) throw error;
      });
    },

    /** Stops Postgres and waits for its end, at most 15 s. */
    async stop(): Promise<void> {
      stopping.abort();
      await server?.stop();
      await watching;
    },
  };
}

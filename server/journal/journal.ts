import type { Client } from 'pg';
import type { Db } from '../database/connection.ts';
import { unavailable } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Entry, rowsOf, type Stored } from './entry.ts';
import { createPartitions } from './partitions.ts';
import { type Cursor, deleteEvents, journalOffset, readLog } from './store.ts';
import { createWriter } from './writer.ts';

export type { Entry, LinkedPart, LogLine, Stop, Stored, ValueEvent } from './entry.ts';
export type { Cursor, LoggedValue } from './store.ts';

/** Two, so that one gathers while the other's commit waits for the disk; a third brought nothing on two cores. */
const writerCount = 2;
/** Entries not yet stored: past this sockets are not read and HTTP answers 503. At 16 KiB an entry 320 MB, usually 10 MB. */
const capacity = 20_000;
/** Two microseconds: the database keeps whole ones, and what is a float8 on the way there may round to a neighbour (ms). */
const inputStep = 0.002;
/** How long an acknowledgement may wait for its commit before the sender is told that it failed (ms). */
const commitDeadline = 60_000;

type Deps = {
  db: Db;
  connect: () => Promise<Client>;
  retentionDays: number;
  /** Runs right after a commit and its acknowledgements, in the order of commits of each unit. */
  afterCommit: (stored: Stored[]) => void;
  log: Log;
};

/** The one way in: everything that happens is appended here, and is acknowledged once it is stored. */
export function createJournal({ db, connect, retentionDays, afterCommit, log }: Deps) {
  let offset = 0;
  let newestTx = 0;
  let newestTime = 0;
  let size = 0;
  let waiting: (() => void)[] = [];
  let expiry: NodeJS.Timeout | undefined;
  const statistics = { stored: 0, commits: 0 };
  const partitions = createPartitions({ db, retentionDays, log });
  const writers = Array.from({ length: writerCount }, () =>
    createWriter({ connect, offset: () => offset, newestTx: () => newestTx, afterCommit: committed, log }),
  );

  function committed(entries: Entry[], tx: number): void {
    newestTx = Math.max(newestTx, tx);
    const safeTx = Math.min(newestTx, ...writers.map((writer) => writer.floor() ?? newestTx));
    statistics.stored += entries.length;
    statistics.commits++;
    try {
      afterCommit(positions(entries, tx, safeTx));
    } catch (error) {
      log.error({ err: error }, 'a follower of the journal failed');
    }
  }

  function released(): void {
    size--;
    if (waiting.length === 0 || size >= capacity) return;
    const ready = waiting;
    waiting = [];
    for (const resume of ready) resume();
  }

  /** Takes an entry; `done` is called once, after the commit or with an error. */
  function enqueue(entry: Entry, done: (error?: Error) => void): void {
    size++;
    writers[entry.unitId % writerCount]?.add({
      entry,
      since: performance.now(),
      isDone: false,
      done: (error) => {
        released();
        done(error);
      },
    });
  }

  function expire(): void {
    for (const writer of writers) writer.expire(performance.now() - commitDeadline);
  }

  return {
    statistics,
    isFull: () => size >= capacity,
    /** Entries waiting for their commit. */
    size: () => size,

    /** Resolves when there is room again, in the order of the callers. */
    room: () => new Promise<void>((resolve) => void (size < capacity ? resolve() : waiting.push(resolve))),

    enqueue,

    /**
     * The time for values of inputs, epoch milliseconds; always later than the one before, so that of two
     * values that meet on an input by both writers the later one stays, in the database as in memory.
     */
    inputTime: () => {
      newestTime = Math.max(Date.now(), newestTime + inputStep);
      return newestTime;
    },

    /**
     * Resolves when the entry is stored.
     * @throws AppError 503 when the journal is full, or the commit failed or took longer than a minute
     */
    append(entry: Entry): Promise<void> {
      if (size >= capacity) throw unavailable('Too much waits to be stored.', 1);
      return new Promise((resolve, reject) => {
        enqueue(entry, (error) => (error ? reject(unavailable(error.message, 5)) : resolve()));
      });
    },

    /** What is final after a cursor: see readLog in store.ts. */
    read: (after: Cursor, limit: number) => readLog(db, { after, limit, finalBelow: offset }),
    /** What is stored of some variables after a `safeTx`; for those that hear the later commits from `afterCommit`. */
    readSince: (safeTx: number, limit: number, variables: readonly string[]) =>
      readLog(db, { after: { tx: safeTx, n: largestN }, limit, variables }),

    deleteEvents,

    start: async () => {
      offset = await journalOffset(db);
      await partitions.start();
      await Promise.all(writers.map((writer) => writer.start()));
      expiry = setInterval(expire, 1_000).unref();
    },
    stop: async () => {
      partitions.stop();
      await Promise.all(writers.map((writer) => writer.stop()));
      clearInterval(expiry);
    },
  };
}

export type Journal = ReturnType<typeof createJournal>;

const largestN = 2 ** 31 - 1;

function positions(entries: Entry[], tx: number, safeTx: number): Stored[] {
  let n = 0;
  return entries.map((entry) => {
    const stored = { entry, tx, n, safeTx };
    n += rowsOf(entry);
    return stored;
  });
}

import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { Log } from '../log.ts';
import { type Entry, rowsOf } from './entry.ts';
import { commitBatch, forgetWriter, lastBatch, registerWriter } from './store.ts';

/** `since` is performance.now() when it was queued; `done` is called exactly once. */
export type Pending = { entry: Entry; since: number; isDone: boolean; done: (error?: Error) => void };

type Deps = {
  connect: () => Promise<pg.Client>;
  offset: () => number;
  /** The newest tx this process knows; the next batch's is larger. */
  newestTx: () => number;
  afterCommit: (entries: Entry[], tx: number) => void;
  log: Log;
};

/** Values in one transaction. Past 2,000 a larger batch stores no more per second and only delays its first entry. */
const batchLimit = 2_000;
/** SQLSTATE classes of a database that is away or overtaken, not of bad data: 08 connection, 40 rollback, 53 resources, 57 operator. */
const passing = /^(08|40|53|57|25)/;
/** Only Postgres itself can find fault with data: a broken connection has codes of its own (EPIPE has five letters too). */
const isPassing = (error: unknown) => !(error instanceof pg.DatabaseError) || passing.test(error.code ?? '');

/**
 * One connection that stores what queued meanwhile, again and again. It never gives up while the database is away, and asks
 * after a broken connection whether the last batch got through, so that nothing is lost or stored twice.
 */
export function createWriter({ connect, offset, newestTx, afterCommit, log }: Deps) {
  const uuid = uuidv7();
  let queue: Pending[] = [];
  let inFlight: Pending[] = [];
  let floor: number | undefined;
  let client: pg.Client | undefined;
  let batchNumber = 0;
  let isBusy = false;
  let isStopping = false;

  function add(pending: Pending): void {
    queue.push(pending);
    if (isBusy) return;
    isBusy = true;
    setImmediate(drain);
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) await storeBatch(takeBatch());
    inFlight = [];
    isBusy = false;
  }

  function takeBatch(): Pending[] {
    let values = 0;
    let end = 0;
    while (end < queue.length && (values < batchLimit || end === 0)) {
      const entry = queue[end++]?.entry;
      values += 1 + (entry ? rowsOf(entry) : 0);
    }
    const batch = end === queue.length ? queue : queue.slice(0, end);
    queue = end === queue.length ? [] : queue.slice(end);
    return batch;
  }

  async function storeBatch(batch: Pending[]): Promise<void> {
    batchNumber++;
    inFlight = batch;
    floor = newestTx();
    const entries = batch.map(({ entry }) => entry);
    try {
      const tx = await commitUntilStored(entries);
      if (tx === undefined) return settle(batch, new Error('the journal stopped before this was stored'));
      settle(batch);
      floor = undefined;
      afterCommit(entries, tx);
    } catch (error) {
      await isolate(batch, error as Error);
    }
  }

  /** @returns the tx; undefined when stopped meanwhile. @throws a database error that lies in the data */
  async function commitUntilStored(entries: Entry[]): Promise<number | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        const connection = client ?? (await reconnect());
        if (attempt > 0) {
          const last = await lastBatch(connection, uuid);
          if (last.batch === batchNumber && last.tx !== null) return last.tx;
        }
        return await commitBatch(connection, { writer: uuid, number: batchNumber, offset: offset(), entries });
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (isStopping) return undefined;
        if (attempt === 0) log.warn({ err: error }, 'the journal waits for the database');
        dropClient();
        await pause(Math.min(50 * 2 ** attempt, 1_000));
      }
    }
  }

  /** Something in the batch cannot be stored: halves find it, the rest goes through. */
  async function isolate(batch: Pending[], error: Error): Promise<void> {
    if (batch.length === 1) {
      log.error({ err: error, unit: batch[0]?.entry.unitUuid }, 'an entry was refused by the database');
      return settle(batch, error);
    }
    const middle = batch.length >> 1;
    await storeBatch(batch.slice(0, middle));
    await storeBatch(batch.slice(middle));
  }

  async function reconnect(): Promise<pg.Client> {
    const connection = await connect();
    connection.once('end', () => {
      if (client === connection) client = undefined;
    });
    await registerWriter(connection, uuid);
    client = connection;
    return connection;
  }

  function dropClient(): void {
    const old = client;
    client = undefined;
    old?.end().catch(() => undefined);
  }

  return {
    add,
    /** While a batch is on its way: its tx will be larger than this. */
    floor: () => floor,
    /** Tells those that wait since before this moment that it failed; the ones in flight may still get stored. */
    expire: (before: number) => {
      const isLate = ({ since }: Pending) => since < before;
      settle([...inFlight, ...queue].filter(isLate), new Error('the commit took too long'));
      queue = queue.filter((pending) => !pending.isDone);
    },
    start: async () => void (await reconnect()),
    /** Stores what is queued, then ends; while the database is away the rest is not acknowledged. */
    stop: async () => {
      isStopping = true;
      while (isBusy) await pause(5);
      if (client) await forgetWriter(client, uuid).catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
}

function settle(batch: Pending[], error?: Error): void {
  for (const pending of batch) {
    if (pending.isDone) continue;
    pending.isDone = true;
    pending.done(error);
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

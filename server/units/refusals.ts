import type { Db } from '../database/connection.ts';
import type { Log } from '../log.ts';
import { mostRefusals, type RefusalRow, storeRefusals } from './refusals-store.ts';

/** Why something of a unit was refused: `reason` is a stable code, `detail` is for its owner. */
export type Refusal = { unitId: number; unitUuid: string; reason: string; topic: string; detail: string };
export type NotedRefusal = RefusalRow & { unitUuid: string };

/** What is stored together: refusals by unit, then by reason and topic. */
type Batch = { units: Map<number, Map<string, NotedRefusal>>; stored: PromiseWithResolvers<void> };

const gatherFor = 200;
const retryAfter = 500;
/** Different ones of one unit in a batch; the rest of the hundred rows is for the topic `…`, one for each reason. */
const mostDifferent = mostRefusals - 20;
const longestTopic = 256;
const longestDetail = 500;

/**
 * Writes down what was refused, where the unit's owner sees it. Equal ones are counted, not repeated, and memory stays
 * bounded however noisy a unit is: past 80 different ones within 200 ms the others count under the topic `…`.
 */
export function createRefusals({ db, log }: { db: Db; log: Log }) {
  const listeners: ((noted: NotedRefusal) => void)[] = [];
  let batch = emptyBatch();
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> | undefined;
  let isStopping = false;

  async function storeBatch(taken: Batch): Promise<void> {
    const rows = rowsOf(taken);
    for (let attempt = 0; ; attempt++) {
      try {
        await storeRefusals(db, rows);
        break;
      } catch (error) {
        if (isStopping) throw error;
        if (attempt === 0) log.warn({ err: error }, 'refusals wait for the database');
        await new Promise((resolve) => setTimeout(resolve, retryAfter));
      }
    }
    taken.stored.resolve();
    for (const row of rows) for (const listener of listeners) listener(row);
  }

  /** One batch at a time; what comes meanwhile is gathered in the next one. */
  async function flush(): Promise<void> {
    timer = undefined;
    while (storing) await storing;
    if (batch.units.size === 0) return;
    const taken = batch;
    batch = emptyBatch();
    storing = storeBatch(taken).catch((error) => {
      taken.stored.reject(error);
      log.error({ err: error }, 'refusals could not be stored');
    });
    await storing;
    storing = undefined;
  }

  return {
    /** Called with each row once it is stored. */
    onNoted: (listener: (noted: NotedRefusal) => void) => void listeners.push(listener),

    /** Resolves once it is stored, 200 ms later or when the database is back; rejects only when this stops before. */
    note(refusal: Refusal): Promise<void> {
      add(batch, refusal, new Date());
      timer ??= setTimeout(flush, gatherFor).unref();
      return batch.stored.promise;
    },

    /** Stores these in the transaction of what they tell of: nobody hears of what was taken back. */
    noteWithin: (tx: Db, refusals: readonly Refusal[]): Promise<void> => {
      const own = emptyBatch();
      for (const refusal of refusals) add(own, refusal, new Date());
      return storeRefusals(tx, rowsOf(own));
    },

    /** Stores what was gathered; one attempt when the database is away. */
    async stop(): Promise<void> {
      isStopping = true;
      clearTimeout(timer);
      await flush();
    },
  };
}

const rowsOf = ({ units }: Batch): NotedRefusal[] => [...units.values()].flatMap((ofUnit) => [...ofUnit.values()]);

function emptyBatch(): Batch {
  const stored = Promise.withResolvers<void>();
  // Whoever does not wait for it is not to be ended by it.
  stored.promise.catch(() => undefined);
  return { units: new Map(), stored };
}

function add({ units }: Batch, refusal: Refusal, now: Date): void {
  const ofUnit = units.get(refusal.unitId) ?? new Map<string, NotedRefusal>();
  units.set(refusal.unitId, ofUnit);
  const detail = storable(refusal.detail, longestDetail);
  const topic = topicFor(ofUnit, refusal);
  const same = ofUnit.get(keyOf(refusal.reason, topic));
  if (same) Object.assign(same, { count: same.count + 1, lastAt: now, detail });
  else ofUnit.set(keyOf(refusal.reason, topic), { ...refusal, topic, detail, count: 1, firstAt: now, lastAt: now });
}

function topicFor(ofUnit: Map<string, NotedRefusal>, { reason, topic }: Refusal): string {
  const cut = storable(topic, longestTopic);
  return ofUnit.size < mostDifferent || ofUnit.has(keyOf(reason, cut)) ? cut : '…';
}

const keyOf = (reason: string, topic: string) => `${reason} ${topic}`;

/** Text that Postgres takes (no NUL, no half surrogate pair), of a bounded length. */
function storable(text: string, longest: number): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  return cut.toWellFormed().replaceAll('\0', '\ufffd');
}

export type Refusals = ReturnType<typeof createRefusals>;

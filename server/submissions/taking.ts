import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import type { LiveUnit } from '../directory/directory.ts';
import { type AppError, notFound, unauthorized, unavailable } from '../errors.ts';
import type { ValueEvent } from '../journal/journal.ts';
import { type Content, readContent } from './content.ts';
import type { Signature } from './credentials.ts';
import { holdOpen, type StoredEndpoint } from './store.ts';
import { insertSubmission, noteSignature, signedBefore, trimSubmissions } from './submission-store.ts';
import { type CheckValue, type KeyResult, weigh } from './weighing.ts';

/** What came to an endpoint by somebody who was let in. */
export type Arrival = {
  address: string;
  contentType: string;
  headers: [name: string, value: string][];
  isTest: boolean;
  /** null: it was not read, for this reason. */
  body: Buffer | { size: number | null; problem: AppError };
  signature: Signature | undefined;
};

/** What became of a submission. */
export type Outcome = {
  uuid: string;
  outcome: 'stored' | 'partial' | 'refused' | 'kept';
  detail: string;
  results: KeyResult[];
};

export type TakingDeps = {
  db: Db;
  findUnit: (uuid: string) => Promise<LiveUnit | undefined>;
  check: CheckValue;
  /**
   * Stores values of a unit's outputs through the journal, and in the same commit that the submission with this id is
   * finished. @throws AppError 503
   */
  storeValues: (unit: LiveUnit, values: ValueEvent[], submission: number) => Promise<void>;
  /** Nothing more can be stored for the moment. */
  isFull: () => boolean;
  submitted: (event: { unit: string; endpoint: string; id: string }) => void;
  now?: () => number;
};

/** What of a submission is decided before anything is stored. */
type Weighed = Omit<Outcome, 'uuid'> & { values: ValueEvent[]; isHeard: boolean };

/**
 * Takes submissions: the row first, as one whose values are still to come, then the values; the commit that stores them
 * ends the row's waiting. So whatever moment the instance is stopped at, a row that waits has no value anywhere, and one that
 * does not has them all.
 */
export function createTaking(deps: TakingDeps) {
  const { db, findUnit, check, storeValues, isFull, submitted, now = Date.now } = deps;
  /** Those on their way, by the id of the endpoint. */
  const underWay = new Map<number, Set<Promise<unknown>>>();

  async function take(endpoint: StoredEndpoint, arrival: Arrival): Promise<Outcome> {
    if (isFull()) throw unavailable('Too much waits to be stored.', 1);
    const unit = await findUnit(endpoint.unitUuid);
    if (!unit) throw notFound('endpoint');
    const weighed = weighArrival(unit, arrival);
    const uuid = uuidv7();
    const id = await db.transaction().execute((tx) => insertRow(tx, endpoint, { ...arrival, uuid, weighed }));
    if (id === undefined) return earlier(endpoint, arrival);
    try {
      if (weighed.isHeard) await storeValues(unit, weighed.values, id);
    } finally {
      submitted({ unit: endpoint.unitUuid, endpoint: endpoint.uuid, id: uuid });
    }
    return { uuid, outcome: weighed.outcome, detail: weighed.detail, results: weighed.results };
  }

  function weighArrival(unit: LiveUnit, { contentType, body, isTest }: Arrival): Weighed {
    if (!Buffer.isBuffer(body)) return nothing('refused', body.problem.message);
    const content = readContent(contentType, body);
    if (content.kind !== 'object') return nothing(content.kind === 'raw' ? 'kept' : 'refused', content.detail);
    return weighObject(unit, content, isTest);
  }

  function weighObject(unit: LiveUnit, { given }: Extract<Content, { kind: 'object' }>, isTest: boolean): Weighed {
    const { results, values } = weigh(unit, given, check, now());
    const fitting = results.filter(({ outcome }) => outcome === 'stored' || outcome === 'unchanged').length;
    if (fitting === 0) return { ...nothing('refused', 'No key of it fits an output of the unit.'), results };
    const outcome = fitting === results.length ? 'stored' : 'partial';
    return { outcome, detail: '', results, values: isTest ? [] : values, isHeard: !isTest };
  }

  /** @returns undefined when the same was signed and sent before */
  async function insertRow(tx: Db, endpoint: StoredEndpoint, given: Arrival & { uuid: string; weighed: Weighed }) {
    if (!(await holdOpen(tx, endpoint))) throw changedMeanwhile(endpoint);
    const { uuid, weighed, signature, body, headers, contentType, address, isTest } = given;
    if (signature?.expiresAt !== undefined) {
      const used = { endpointId: endpoint.id, signature: signature.given, submission: uuid };
      if (!(await noteSignature(tx, { ...used, expiresAt: new Date(signature.expiresAt) }))) return undefined;
    }
    const bytes = Buffer.isBuffer(body) ? body : null;
    const [headersJson, resultsJson] = [JSON.stringify(headers), JSON.stringify(weighed.results)];
    const id = await insertSubmission(tx, {
      uuid,
      endpointId: endpoint.id,
      at: new Date(now()),
      address,
      contentType,
      headers: headersJson,
      body: bytes,
      size: Buffer.isBuffer(body) ? body.length : body.size,
      bytes: (bytes?.length ?? 0) + headersJson.length + resultsJson.length,
      isTest,
      outcome: weighed.outcome,
      detail: weighed.detail,
      results: resultsJson,
      isPending: weighed.isHeard,
    });
    await trimSubmissions(tx, endpoint.id);
    return id;
  }

  /** What the same submission came to before: sent twice, it is stored once. @throws AppError 503 while it is being stored */
  async function earlier(endpoint: StoredEndpoint, { signature }: Arrival): Promise<Outcome> {
    const before = signature && (await signedBefore(db, endpoint.id, signature.given));
    if (!before || before.isPending) throw unavailable('The same submission is being stored.', 10);
    const { uuid, outcome, detail, results } = before;
    return { uuid, outcome: outcome ?? 'stored', detail: detail ?? '', results: results ?? [] };
  }

  return {
    /** @throws AppError 401, 404 the endpoint was changed meanwhile, 503 it cannot be stored now */
    take(endpoint: StoredEndpoint, arrival: Arrival): Promise<Outcome> {
      const all = underWay.get(endpoint.id) ?? new Set();
      underWay.set(endpoint.id, all);
      const taken = take(endpoint, arrival).finally(() => {
        all.delete(taken);
        if (all.size === 0) underWay.delete(endpoint.id);
      });
      all.add(taken);
      return taken;
    },

    /** Resolves when those on their way are stored or refused: after a change nothing comes from before it. */
    settled: async (endpointId: number): Promise<void> =>
      void (await Promise.allSettled(underWay.get(endpointId) ?? [])),
  };
}

export type Taking = ReturnType<typeof createTaking>;

const nothing = (outcome: Outcome['outcome'], detail: string): Weighed => {
  return { outcome, detail, results: [], values: [], isHeard: false };
};

/** Switched off or with another secret since its caller was let in; one without a secret can only be switched off. */
const changedMeanwhile = ({ auth }: StoredEndpoint): AppError =>
  auth === 'none' ? notFound('endpoint') : unauthorized('This endpoint was changed a moment ago: try again.');

import type { Db } from '../database/connection.ts';
import { AppError, type Issue, invalid, notFound, tooManyRequests, unauthorized } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import { type Header, readSignature, type Signature, signs, tokenProblem } from './credentials.ts';
import { cut, keptHeaders } from './headers.ts';
import { createRates, type Rate } from './rates.ts';
import { openSecret } from './secret.ts';
import { openEndpoint, type StoredEndpoint } from './store.ts';
import type { Arrival, Outcome, Taking } from './taking.ts';

/** A request to an endpoint; `read` gives the body's bytes. @throws AppError 400, 413, 415 by `read` */
export type Request = { header: Header; rawHeaders: readonly string[]; address: string; read: () => Promise<Buffer> };

type Refusal = { unitId: number; unitUuid: string; reason: string; topic: string; detail: string };
export type SubmittingDeps = {
  db: Db;
  secrets: Secrets;
  rate: Rate;
  taking: Taking;
  /** Leaves a row for the owner of what was not let in; equal ones are counted. It is not waited for. */
  refuse: (refusal: Refusal) => void;
  now?: () => number;
};

const longestType = 200;

/** The door of the endpoints: who is let in, and how much of it. */
export function createSubmitting({ db, secrets, rate, taking, refuse, now = Date.now }: SubmittingDeps) {
  const tooMany = createRates(rate);

  /** A row for the owner, and the answer. */
  function turnedAway(endpoint: StoredEndpoint, { address }: Request, reason: Reason, error: AppError): AppError {
    refuse({
      unitId: endpoint.unitId,
      unitUuid: endpoint.unitUuid,
      ...{ reason, topic: `POST /api/submit/${endpoint.uuid}` },
      detail: `${endpoint.name}, from ${address}: ${error.message}`,
    });
    return error;
  }

  async function count(endpoint: StoredEndpoint, request: Request): Promise<void> {
    const wait = await tooMany(endpoint.id);
    if (wait === undefined) return;
    throw turnedAway(
      endpoint,
      request,
      reasons.tooFast,
      tooManyRequests('Too many submissions to this endpoint.', wait),
    );
  }

  /** A token is shown before the body is read. */
  async function admit(endpoint: StoredEndpoint, request: Request): Promise<Arrival> {
    const problem = endpoint.secretHash ? tokenProblem(request.header, endpoint.secretHash) : undefined;
    if (problem !== undefined) throw turnedAway(endpoint, request, reasons.credentials, unauthorized(problem));
    await count(endpoint, request);
    const body = await request.read().catch((error) => unread(error, request));
    return { ...arrivalOf(request), body, signature: undefined };
  }

  /** Of a signed body: what cannot be read cannot be known to be signed, so it is not kept. */
  async function admitSigned(endpoint: StoredEndpoint, request: Request): Promise<Arrival> {
    const { needsTimestamp } = endpoint;
    const read = readSignature(request.header, needsTimestamp, now());
    if (!read.ok) throw turnedAway(endpoint, request, reasons.credentials, unauthorized(read.problem));
    const body = await request.read().catch((error) => {
      throw error instanceof AppError ? turnedAway(endpoint, request, reasons.unread, error) : error;
    });
    if (!signs(openSecret(secrets, endpoint), body, read.signature)) {
      throw turnedAway(endpoint, request, reasons.credentials, unauthorized(unsigned(read.signature)));
    }
    await count(endpoint, request);
    return { ...arrivalOf(request), body, signature: read.signature };
  }

  /**
   * Takes a submission. @returns its id
   * @throws AppError 401, 404 no endpoint that is on, 413 and 415 the body, 422 nothing of it fits, 429, 503
   */
  return async (uuid: string, request: Request): Promise<string> => {
    const endpoint = await openEndpoint(db, uuid);
    if (!endpoint) throw notFound('endpoint');
    const arrival = await (endpoint.auth === 'hmac' ? admitSigned : admit)(endpoint, request);
    const outcome = await taking.take(endpoint, arrival);
    if (!Buffer.isBuffer(arrival.body)) throw arrival.body.problem;
    if (outcome.outcome === 'refused') throw invalid(outcome.detail, issuesOf(outcome));
    return outcome.uuid;
  };
}

const reasons = {
  credentials: 'submission-credentials',
  tooFast: 'submission-too-fast',
  unread: 'submission-unread',
} as const;
type Reason = (typeof reasons)[keyof typeof reasons];

const unsigned = ({ timestamp }: Signature) =>
  `The signature is not that of ${timestamp === undefined ? 'this body' : '<timestamp>.<body>'} with the secret of this endpoint.`;

/** Whoever marks something as a test in another way than ours wants it to do nothing, too. */
const isTest = (mark: string) => !['', '0', 'false'].includes(mark.toLowerCase());

function arrivalOf({ header, rawHeaders, address }: Request) {
  return {
    address,
    contentType: cut(header('content-type'), longestType),
    headers: keptHeaders(rawHeaders),
    isTest: isTest(header('x-croft-test')),
  };
}

function unread(problem: unknown, { header }: Request): Arrival['body'] {
  if (!(problem instanceof AppError)) throw problem;
  const size = /^\d{1,9}$/.exec(header('content-length'))?.[0];
  return { size: size === undefined ? null : Number(size), problem };
}

const issuesOf = ({ results }: Outcome): Issue[] =>
  results.map(({ key, detail }) => ({ path: `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, message: detail }));

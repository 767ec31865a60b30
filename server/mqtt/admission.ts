import { createHash, timingSafeEqual } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Db } from '../database/connection.ts';
import { admitProof, type Directory, hashToken, type LiveUnit, noteConnected } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import type { Refusal } from './ingest.ts';
import { checkConnectPassword } from './proof.ts';

/** Numbers reserved for messages to a device per connection: half a year of the world state, or 3 h of 20 inputs a second. */
export const downBlock = 2 ** 18;
const largestU32 = 2 ** 32 - 1;

/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3). */
const code = { identifier: 2, unavailable: 3, credentials: 4, notAuthorized: 5 } as const;

export type Attempt = {
  clientId: string;
  username: string;
  password: string;
  will: { topic: string; payload: string } | undefined;
  address: string;
};

export type Admission =
  | { ok: true; unit: LiveUnit; counters: { boot: number; seq: number }; down: { boot: number; seq: number } }
  | { ok: false; returnCode: number; message: string };

type Deps = {
  db: Db;
  directory: Directory;
  verifyUnitToken: (token: string) => Promise<{ sub: string; gen: number } | undefined>;
  refuse: (refusal: Refusal) => Promise<void>;
  log: Log;
};

type Refused = { returnCode: number; reason: string; detail: string };

/**
 * Failed attempts within a minute before no more are looked at: of one device at an address (a wrong one must not keep its
 * neighbours behind the same router out), and of the address in all.
 */
const failuresPerMinute = { device: 30, address: 600 };
const tokensKept = 20_000;
const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Who may connect: every refusal is shown to the unit's owner with its reason. */
export function createAdmission({ db, directory, verifyUnitToken, refuse, log }: Deps) {
  const ofDevice = new RateLimiterMemory({ points: failuresPerMinute.device, duration: 60 });
  const ofAddress = new RateLimiterMemory({ points: failuresPerMinute.address, duration: 60 });
  /** Verified tokens by hash: jose verifies 13,000/s, a reconnecting fleet wants more. What they say never changes. */
  const verified = new Map<string, { sub: string; gen: number }>();

  async function verify(token: string): Promise<{ sub: string; gen: number } | undefined> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = verified.get(hash) ?? (await verifyUnitToken(token));
    if (known && verified.size < tokensKept) verified.set(hash, known);
    return known;
  }

  const note = ({ id, uuid }: LiveUnit, { reason, detail }: Refused) =>
    refuse({ unitId: id, unitUuid: uuid, reason, topic: '', detail });

  async function refused(attempt: Attempt, unit: LiveUnit | undefined, why: Refused): Promise<Admission> {
    await Promise.allSettled([ofDevice.consume(deviceKey(attempt)), ofAddress.consume(attempt.address)]);
    log.debug({ address: attempt.address, unit: unit?.uuid, reason: why.reason }, 'an MQTT connection was refused');
    if (unit) await note(unit, why);
    return { ok: false, returnCode: why.returnCode, message: why.detail };
  }

  async function admitSealed(attempt: Attempt, unit: LiveUnit, generation: number): Promise<Admission> {
    const { clientId, password } = attempt;
    const problem = sealedProblem(attempt, unit, generation);
    if (problem) return refused(attempt, unit, problem);
    const proof = checkConnectPassword(unit.secret, clientId, password);
    if (!proof) return refused(attempt, unit, refusals.badProof);
    const admitted = await admitProof(db, { unitId: unit.id, ...proof, reserve: downBlock });
    if (!admitted) return refused(attempt, unit, refusals.replayedProof);
    if (admitted.downSeq > largestU32) return refused(attempt, unit, refusals.exhausted);
    const { boot, seq, downSeq } = admitted;
    return { ok: true, unit, counters: { boot, seq }, down: { boot: proof.boot, seq: downSeq - downBlock } };
  }

  async function admitToken(attempt: Attempt, unit: LiveUnit): Promise<Admission> {
    const problem = tokenProblem(attempt, unit);
    if (problem) return refused(attempt, unit, problem);
    // Programs such as Tasmota have a will on a topic of their own. It is noted and goes nowhere, as no will does.
    const will = willProblem(attempt, unit);
    if (will) await note(unit, will);
    await noteConnected(db, unit.id);
    return { ok: true, unit, counters: { boot: 0, seq: 0 }, down: { boot: 0, seq: 0 } };
  }

  async function decide(attempt: Attempt): Promise<Admission> {
    const isUuid = uuidShape.test(attempt.username);
    const token = isUuid ? undefined : await verify(attempt.username);
    const uuid = isUuid ? attempt.username : token?.sub;
    const unit = uuid ? await directory.find(uuid) : undefined;
    if (!unit) return refused(attempt, undefined, refusals.unknown);
    if (unit.isOwnerLocked) return refused(attempt, unit, refusals.locked);
    if (unit.isSimulated) return refused(attempt, unit, refusals.simulated);
    return token ? admitSealed(attempt, unit, token.gen) : admitToken(attempt, unit);
  }

  return async (attempt: Attempt): Promise<Admission> => {
    const past = await Promise.all([ofDevice.get(deviceKey(attempt)), ofAddress.get(attempt.address)]);
    if (past.some((failures) => failures && failures.remainingPoints === 0)) {
      return { ok: false, returnCode: code.unavailable, message: 'too many failed attempts' };
    }
    try {
      return await decide(attempt);
    } catch (error) {
      log.warn({ err: error }, 'an MQTT connection could not be decided');
      return { ok: false, returnCode: code.unavailable, message: 'the instance cannot decide now' };
    }
  };
}

const deviceKey = ({ address, username }: Attempt) => `${address} ${hashToken(username).toString('base64')}`;

function sealedProblem(attempt: Attempt, unit: LiveUnit, generation: number): Refused | undefined {
  if (unit.security !== 'sealed') return refusals.notSealed;
  if (generation !== unit.generation) return refusals.oldKey;
  if (attempt.clientId !== unit.uuid) return refusals.clientId;
  return willProblem(attempt, unit);
}

function tokenProblem(attempt: Attempt, unit: LiveUnit): Refused | undefined {
  if (unit.security !== 'token') return refusals.notToken;
  if (!timingSafeEqual(hashToken(attempt.password), unit.tokenHash)) return refusals.badToken;
  return undefined;
}

function willProblem({ will }: Attempt, unit: LiveUnit): Refused | undefined {
  if (!will || (will.topic === `unit/${unit.uuid}/status` && will.payload === 'offline')) return undefined;
  return refusals.will;
}

const refusals = {
  unknown: { returnCode: code.credentials, reason: 'unknown', detail: 'no unit has these credentials' },
  locked: { returnCode: code.notAuthorized, reason: 'owner-locked', detail: 'The account of the owner is locked.' },
  simulated: { returnCode: code.notAuthorized, reason: 'simulated', detail: 'This unit is simulated by the instance.' },
  oldKey: {
    returnCode: code.credentials,
    reason: 'old-key',
    detail: 'Connected with a key from before env.json was remade.',
  },
  clientId: {
    returnCode: code.identifier,
    reason: 'bad-client-id',
    detail: 'The MQTT client id has to be the UUID of the unit.',
  },
  badProof: {
    returnCode: code.credentials,
    reason: 'bad-proof',
    detail: 'The password is no proof made with SECRET_KEY for this boot and connect counter.',
  },
  replayedProof: {
    returnCode: code.credentials,
    reason: 'replayed-proof',
    detail: 'This proof, or a later one, was used before: the boot counter has to rise with each start.',
  },
  exhausted: {
    returnCode: code.unavailable,
    reason: 'restart-needed',
    detail: 'Too many connects within one boot: restart the device.',
  },
  notSealed: {
    returnCode: code.credentials,
    reason: 'wrong-security',
    detail: 'The unit has the security level "token": connect with its UUID and token.',
  },
  notToken: {
    returnCode: code.credentials,
    reason: 'wrong-security',
    detail: 'The unit is sealed: a user name and token do not let it in. Its owner can choose the level "token".',
  },
  badToken: {
    returnCode: code.credentials,
    reason: 'bad-token',
    detail: 'The password is not the token of this unit, or one from before it was remade.',
  },
  will: {
    returnCode: code.notAuthorized,
    reason: 'foreign-will',
    detail: 'A last will may only say "offline" on the own status topic.',
  },
} as const satisfies Record<string, Refused>;

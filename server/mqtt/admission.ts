import { timingSafeEqual } from 'node:crypto';
import type { Db } from '../database/connection.ts';
import { hashToken, type LiveUnit, noteConnected } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import { checkConnectPassword } from './proof.ts';
import type { Proved, Proving } from './proving.ts';
import { code, type Refused, reasons } from './refusal-reasons.ts';

/** Numbers reserved for messages to a device per connection: half a year of the world state, or 3 h of 20 inputs a second. */
export const downBlock = 2 ** 18;

export type Attempt = {
  clientId: string;
  username: string;
  password: string;
  will: { topic: string; payload: string } | undefined;
  address: string;
};

export type Admission = Proved | { ok: false; returnCode: number; message: string };

type Deps = { db: Db; proving: Proving; log: Log };

const uuidShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const never = { boot: 0, seq: 0 };

/** Who may connect over MQTT: every refusal is shown to the unit's owner with its reason. */
export function createAdmission({ db, proving, log }: Deps) {
  async function refused(attempt: Attempt, unit: LiveUnit | undefined, why: Refused): Promise<Admission> {
    await proving.refused(originOf(attempt), unit, why);
    return { ok: false, returnCode: why.returnCode, message: why.detail };
  }

  async function admitSealed(attempt: Attempt, unit: LiveUnit, generation: number): Promise<Admission> {
    const { clientId, password } = attempt;
    const problem = sealedProblem(attempt, unit);
    if (problem) return refused(attempt, unit, problem);
    const check = (secret: Parameters<typeof checkConnectPassword>[0]) =>
      checkConnectPassword(secret, clientId, password);
    const proved = await proving.prove(unit, { generation, reserve: downBlock, check });
    return proved.ok ? proved : refused(attempt, unit, proved.why);
  }

  async function admitToken(attempt: Attempt, unit: LiveUnit): Promise<Admission> {
    const problem = tokenProblem(attempt, unit);
    if (problem) return refused(attempt, unit, problem);
    // Programs such as Tasmota have a will on a topic of their own. It is noted and goes nowhere, as no will does.
    const will = willProblem(attempt, unit);
    if (will) await proving.note(unit, will);
    await noteConnected(db, unit.id);
    return { ok: true, unit, keys: unit.keys, counters: never, down: never };
  }

  async function decide(attempt: Attempt): Promise<Admission> {
    const isUuid = uuidShape.test(attempt.username);
    const token = isUuid ? undefined : await proving.readToken(attempt.username);
    const { unit, problem } = await proving.find(isUuid ? attempt.username : token?.sub);
    if (!unit || problem) return refused(attempt, unit, problem ?? reasons.unknown);
    return token ? admitSealed(attempt, unit, token.gen) : admitToken(attempt, unit);
  }

  return async (attempt: Attempt): Promise<Admission> => {
    if (await proving.areTooMany(originOf(attempt))) {
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

const originOf = ({ address, username }: Attempt) => ({ address, name: username });

function sealedProblem(attempt: Attempt, unit: LiveUnit): Refused | undefined {
  if (unit.security !== 'sealed') return reasons.notSealed;
  if (attempt.clientId !== unit.uuid) return reasons.clientId;
  return willProblem(attempt, unit);
}

function tokenProblem(attempt: Attempt, unit: LiveUnit): Refused | undefined {
  if (unit.security !== 'token') return reasons.notToken;
  if (!timingSafeEqual(hashToken(attempt.password), unit.tokenHash)) return reasons.badToken;
  return undefined;
}

function willProblem({ will }: Attempt, unit: LiveUnit): Refused | undefined {
  if (!will || (will.topic === `unit/${unit.uuid}/status` && will.payload === 'offline')) return undefined;
  return reasons.will;
}

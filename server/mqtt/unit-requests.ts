import type { KeyObject } from 'node:crypto';
import type { Context } from 'koa';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { tooManyRequests, unauthorized } from '../errors.ts';
import type { UnitCaller } from '../users/caller.ts';
import { seal } from './envelope.ts';
import { checkHttpProof } from './proof.ts';
import type { Proved, Proving } from './proving.ts';

/** Of one unit within a minute: a program of 40 files is fetched three times at most. */
const requestsPerMinute = 600;
const notLetIn =
  'Send "Authorization: Unit <PEPEUNIT_TOKEN>" and a fresh "Croft-Proof". Why this one was refused stands on the page of the unit.';

/**
 * Who asks over HTTP as a device: the same rules as over MQTT, and refusals are shown to the owner as those are. The answer
 * gets the one number that was reserved with the proof.
 */
export function createUnitRequests({ proving }: { proving: Proving }) {
  const ofUnit = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });

  async function decide(ctx: Context, token: string | undefined) {
    const named = token === undefined ? undefined : await proving.readToken(token);
    const { unit, problem } = await proving.find(named?.sub);
    if (!unit || !named || problem) return { unit, why: problem };
    // As it was sent: what a proxy or a router makes of it is not what the device signed.
    const path = ctx.originalUrl;
    const check = (secret: KeyObject) => checkHttpProof(secret, ctx.method, path, ctx.get('croft-proof'));
    const proved = await proving.prove(unit, { generation: named.gen, reserve: 1, check });
    return proved.ok ? callerOf(proved, path) : { unit, why: proved.why };
  }

  /** @throws AppError 401 unless a unit proves that it is the one, 429 */
  return async (ctx: Context): Promise<UnitCaller> => {
    const token = /^unit (\S{1,1000})$/i.exec(ctx.get('authorization'))?.[1];
    const origin = { address: ctx.ip, name: token };
    if (await proving.areTooMany(origin)) throw tooManyRequests('Too many failed attempts.', 60);
    const decided = await decide(ctx, token);
    if ('kind' in decided) {
      await ofUnit.consume(decided.unitId).catch((blocked: RateLimiterRes) => {
        throw tooManyRequests('Too many requests of this unit.', blocked.msBeforeNext / 1000);
      });
      return decided;
    }
    if (decided.why) await proving.refused(origin, decided.unit, decided.why);
    throw unauthorized(notLetIn);
  };
}

function callerOf({ unit, keys, down }: Proved, path: string): UnitCaller {
  unit.lastSeenAt = new Date();
  const { envelope, generation } = keys;
  const header = { topic: `http:${path}`, direction: 1, generation, boot: down.boot, seq: down.seq + 1 } as const;
  return {
    kind: 'unit',
    unitId: unit.id,
    uuid: unit.uuid,
    generation,
    seal: (plaintext) => seal(envelope, { ...header, plaintext }),
  };
}

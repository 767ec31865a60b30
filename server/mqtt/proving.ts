import type { KeyObject } from 'node:crypto';
import type { Db } from '../database/connection.ts';
import { admitProof, type Directory, hashToken, type KeySet, keysOf, type LiveUnit } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import { createAttempts, type Origin } from './attempts.ts';
import type { Refusal } from './ingest.ts';
import type { ProofCounter } from './proof.ts';
import { type Refused, reasons } from './refusal-reasons.ts';

const largestU32 = 2 ** 32 - 1;
const tokensKept = 20_000;

type Named = { sub: string; gen: number };

type Deps = {
  db: Db;
  directory: Directory;
  verifyUnitToken: (token: string) => Promise<Named | undefined>;
  /** A board has come with these keys: they are the ones in use from now on. False when they are valid no more. */
  takeUpKeys: (unitUuid: string, generation: number) => Promise<boolean>;
  refuse: (refusal: Refusal) => Promise<void>;
  log: Log;
};

/** `reserve`: how many numbers for messages to the device. */
type Attempt = { generation: number; reserve: number; check: (secret: KeyObject) => ProofCounter | undefined };

/** `counters`: the last (boot, seq) heard from the unit; `down`: its boot, and the number before the first one reserved. */
type Counted = { boot: number; seq: number };
export type Proved = { ok: true; unit: LiveUnit; keys: KeySet; counters: Counted; down: Counted };

/** What all doors ask of a device: the token of a unit, and a proof that nobody has used before. */
export function createProving({ db, directory, verifyUnitToken, takeUpKeys, refuse, log }: Deps) {
  const attempts = createAttempts();
  /** Verified tokens by hash: jose verifies 13,000/s, a reconnecting fleet wants more. What they say never changes. */
  const verified = new Map<string, Named>();

  const note = ({ id, uuid }: LiveUnit, { reason, detail }: Refused) =>
    refuse({ unitId: id, unitUuid: uuid, reason, topic: '', detail });

  return {
    areTooMany: attempts.areTooMany,

    /** The unit and key generation that a PEPEUNIT_TOKEN names. */
    async readToken(token: string): Promise<Named | undefined> {
      const hash = hashToken(token).toString('base64');
      const known = verified.get(hash) ?? (await verifyUnitToken(token));
      if (known && verified.size < tokensKept) verified.set(hash, known);
      return known;
    },

    /** The unit; with the reason when nothing lets it in, whatever it proves. */
    async find(uuid: string | undefined): Promise<{ unit: LiveUnit | undefined; problem: Refused | undefined }> {
      const unit = uuid === undefined ? undefined : await directory.find(uuid);
      if (!unit) return { unit, problem: reasons.unknown };
      if (unit.isOwnerLocked) return { unit, problem: reasons.locked };
      return { unit, problem: unit.isSimulated ? reasons.simulated : undefined };
    },

    /** Each proof once, with keys that are valid. */
    async prove(
      unit: LiveUnit,
      { generation, reserve, check }: Attempt,
    ): Promise<Proved | { ok: false; why: Refused }> {
      const not = (why: Refused) => ({ ok: false, why }) as const;
      if (unit.security !== 'sealed') return not(reasons.notSealed);
      const keys = keysOf(unit, generation);
      if (!keys) return not(reasons.oldKey);
      const proof = check(keys.secret);
      if (!proof) return not(reasons.badProof);
      const { id, uuid, countedSince } = unit;
      const admitted = await admitProof(db, { unitId: id, countedSince, ...proof, reserve });
      if (!admitted) return not(reasons.replayedProof);
      if (admitted.downSeq > largestU32) return not(reasons.exhausted);
      // While there are two: which of them is in use may have changed since the unit was loaded.
      if (unit.otherKeys && !(await takeUpKeys(uuid, generation))) return not(reasons.oldKey);
      const { boot, seq, downSeq } = admitted;
      return { ok: true, unit, keys, counters: { boot, seq }, down: { boot: proof.boot, seq: downSeq - reserve } };
    },

    /** Shows the owner that something of the unit was refused. */
    note,

    /** Counts a failed attempt, and shows the owner the reason. */
    async refused(origin: Origin, unit: LiveUnit | undefined, why: Refused): Promise<void> {
      await attempts.failed(origin);
      log.debug({ address: origin.address, unit: unit?.uuid, reason: why.reason }, 'a device was not let in');
      if (unit) await note(unit, why);
    },
  };
}

export type Proving = ReturnType<typeof createProving>;

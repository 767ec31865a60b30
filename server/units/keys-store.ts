import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';

export async function insertKeys(
  tx: Db,
  keys: { unitId: number; sealedKeys: Buffer; sealedSettings: Buffer },
): Promise<void> {
  await tx
    .insertInto('unitKeys')
    .values({ ...keys, generation: 1 })
    .execute();
}

/** `other`: valid beside those in use while a board changes from one to the other. */
export type ValidKeys = {
  generation: number;
  sealedKeys: Buffer;
  other: { generation: number; sealedKeys: Buffer } | undefined;
};

export async function validKeys(db: Db, unitId: number): Promise<ValidKeys> {
  const { otherGeneration, otherSealedKeys, ...inUse } = await db
    .selectFrom('unitKeys')
    .select(['generation', 'sealedKeys', 'otherGeneration', 'otherSealedKeys'])
    .where('unitId', '=', unitId)
    .executeTakeFirstOrThrow();
  const hasOther = otherGeneration !== null && otherSealedKeys !== null;
  return { ...inUse, other: hasOther ? { generation: otherGeneration, sealedKeys: otherSealedKeys } : undefined };
}

type NewKeys = { unitId: number; generation: number; sealedKeys: Buffer };
const noOther = { otherGeneration: null, otherSealedKeys: null, changeCommand: null };

/**
 * Puts keys of a new generation in the place of all others. The counters against replay begin anew: what was sealed with
 * old keys cannot be opened any more, and a board that was flashed afresh begins at 1.
 */
export async function replaceKeys(tx: Db, { unitId, ...keys }: NewKeys): Promise<void> {
  const madeAt = new Date();
  await tx
    .updateTable('unitKeys')
    .set({ ...keys, ...noOther, madeAt })
    .where('unitId', '=', unitId)
    .execute();
  const { generation } = keys;
  const counters = { generation, boot: 0, seq: 0, connectBoot: 0, connectN: 0, downSeq: 0 };
  await tx.updateTable('unitProgress').set(counters).where('unitId', '=', unitId).execute();
}

/** Puts new keys beside those in use, until the command is settled that brings them to the board. */
export async function addKeys(tx: Db, { unitId, generation, sealedKeys }: NewKeys, command: string): Promise<void> {
  const keys = { otherGeneration: generation, otherSealedKeys: sealedKeys, changeCommand: command };
  await tx
    .updateTable('unitKeys')
    .set({ ...keys, madeAt: new Date() })
    .where('unitId', '=', unitId)
    .execute();
}

/** The other keys of a unit become those in use, and the former the others. @returns false when it has no such others */
export async function swapKeys(tx: Db, unitUuid: string, generation: number): Promise<boolean> {
  const swapped = await sql`
    update unit_keys k set generation = k.other_generation, sealed_keys = k.other_sealed_keys,
      other_generation = k.generation, other_sealed_keys = k.sealed_keys
    from units u where u.id = k.unit_id and u.uuid = ${unitUuid} and k.other_generation = ${generation}
    returning k.unit_id`.execute(tx);
  return swapped.rows.length > 0;
}

export async function isGenerationInUse(tx: Db, unitUuid: string, generation: number): Promise<boolean> {
  const found = await tx
    .selectFrom('unitKeys')
    .innerJoin('units', 'units.id', 'unitKeys.unitId')
    .select('unitId')
    .where('units.uuid', '=', unitUuid)
    .where('generation', '=', generation)
    .executeTakeFirst();
  return found !== undefined;
}

/** Ends the change that this command belongs to: the newest keys stay, or those in use. @returns the unit's UUID, if any */
export async function settleKeys(tx: Db, command: string, stay: 'newest' | 'in use'): Promise<string | undefined> {
  const isTaken = stay === 'newest' ? sql`k.other_generation > k.generation` : sql`false`;
  const settled = await sql<{ uuid: string }>`
    update unit_keys k set
      generation = case when ${isTaken} then k.other_generation else k.generation end,
      sealed_keys = case when ${isTaken} then k.other_sealed_keys else k.sealed_keys end,
      other_generation = null, other_sealed_keys = null, change_command = null
    from units u where u.id = k.unit_id and k.change_command = ${command}
    returning u.uuid`.execute(tx);
  return settled.rows[0]?.uuid;
}

/** Commands that bring new keys to their boards. */
export async function keyCommands(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('unitKeys').select('changeCommand').where('changeCommand', 'is not', null).execute();
  return rows.flatMap(({ changeCommand }) => changeCommand ?? []);
}

export async function updateSettings(tx: Db, unitId: number, sealedSettings: Buffer): Promise<void> {
  await tx.updateTable('unitKeys').set({ sealedSettings }).where('unitId', '=', unitId).execute();
}

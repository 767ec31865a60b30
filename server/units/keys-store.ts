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

export async function sealedKeysOf(db: Db, unitId: number): Promise<Buffer> {
  const row = db.selectFrom('unitKeys').select('sealedKeys').where('unitId', '=', unitId);
  return (await row.executeTakeFirstOrThrow()).sealedKeys;
}

/**
 * Puts keys of a new generation in the place of the old ones. The counters against replay begin anew: what was sealed with
 * old keys cannot be opened any more, and a board that was flashed afresh begins at 1.
 */
export async function replaceKeys(
  tx: Db,
  { unitId, ...keys }: { unitId: number; generation: number; sealedKeys: Buffer },
): Promise<void> {
  const madeAt = new Date();
  await tx
    .updateTable('unitKeys')
    .set({ ...keys, madeAt })
    .where('unitId', '=', unitId)
    .execute();
  const { generation } = keys;
  const counters = { generation, boot: 0, seq: 0, connectBoot: 0, connectN: 0, downSeq: 0 };
  await tx.updateTable('unitProgress').set(counters).where('unitId', '=', unitId).execute();
}

export async function updateSettings(tx: Db, unitId: number, sealedSettings: Buffer): Promise<void> {
  await tx.updateTable('unitKeys').set({ sealedSettings }).where('unitId', '=', unitId).execute();
}

import { sql } from 'kysely';
import type { Db } from '../database/connection.ts';
import type { Row } from '../database/tables.ts';
import type { JsonValue } from '../variables/definition.ts';

export type UnitRow = Pick<Row<'units'>, 'id' | 'uuid' | 'ownerId' | 'name' | 'security' | 'simulation'> &
  Pick<Row<'unitKeys'>, 'generation' | 'sealedKeys' | 'otherGeneration' | 'otherSealedKeys'> &
  Pick<Row<'unitProgress'>, 'lastSeenAt'> & { ownerUuid: string; isOwnerLocked: boolean; countedSince: number };

export type VariableRow = Pick<
  Row<'variables'>,
  'id' | 'uuid' | 'direction' | 'name' | 'definition' | 'writePolicy' | 'deadband'
> & { at: Date | null; number: number | null; json: JsonValue };

export async function loadUnit(db: Db, uuid: string): Promise<UnitRow | undefined> {
  return db
    .selectFrom('units')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .innerJoin('unitKeys', 'unitKeys.unitId', 'units.id')
    .innerJoin('unitProgress', 'unitProgress.unitId', 'units.id')
    .select([
      'units.id',
      'units.uuid',
      'units.ownerId',
      'units.name',
      'units.security',
      'units.simulation',
      'unitKeys.generation',
      'unitKeys.sealedKeys',
      'unitKeys.otherGeneration',
      'unitKeys.otherSealedKeys',
      'unitProgress.generation as countedSince',
      'unitProgress.lastSeenAt',
      'users.uuid as ownerUuid',
      sql<boolean>`users.locked_at is not null`.as('isOwnerLocked'),
    ])
    .where('units.uuid', '=', uuid)
    .executeTakeFirst();
}

export async function loadVariables(db: Db, unitId: number): Promise<VariableRow[]> {
  return db
    .selectFrom('variables')
    .innerJoin('currentValues', 'currentValues.variableId', 'variables.id')
    .select([
      'variables.id',
      'variables.uuid',
      'variables.direction',
      'variables.name',
      'variables.definition',
      'variables.writePolicy',
      'variables.deadband',
      'currentValues.at',
      'currentValues.number',
      'currentValues.json',
    ])
    .where('variables.unitId', '=', unitId)
    .orderBy('variables.position')
    .execute();
}

export type Admission = { boot: number; seq: number; downSeq: number };

/**
 * Lets a proof in if its (boot, n) is larger than the last one, and reserves sequence numbers for messages to the device.
 * One statement, so that of two processes only one lets the same proof in.
 * @param countedSince as the unit was loaded: where the keys were remade since then, no old proof begins the new counters
 * @param reserve how many numbers; `downSeq` is the last one reserved
 */
export async function admitProof(
  db: Db,
  proof: { unitId: number; countedSince: number; boot: number; n: number; reserve: number },
): Promise<Admission | undefined> {
  const { unitId, countedSince, boot, n, reserve } = proof;
  const result = await sql<Admission>`
    update unit_progress set connect_boot = ${boot}, connect_n = ${n}, last_seen_at = now(), disconnected_at = null,
      down_seq = case when ${boot} > connect_boot then 0 else down_seq end + ${reserve}
    where unit_id = ${unitId} and generation = ${countedSince} and (connect_boot, connect_n) < (${boot}, ${n})
    returning boot, seq, down_seq`.execute(db);
  return result.rows[0];
}

/** A unit of security level `token` has no counters: only that it was heard is noted. */
export async function noteConnected(db: Db, unitId: number): Promise<void> {
  await db
    .updateTable('unitProgress')
    .set({ lastSeenAt: new Date(), disconnectedAt: null })
    .where('unitId', '=', unitId)
    .execute();
}

export async function noteDisconnected(db: Db, unitId: number, at: Date): Promise<void> {
  await db.updateTable('unitProgress').set({ disconnectedAt: at }).where('unitId', '=', unitId).execute();
}

/** Many at once, their rows locked in the order in which the journal locks them. @param confirmed by the variable's id */
export async function noteConfirmed(db: Db, confirmed: ReadonlyMap<number, Date>): Promise<void> {
  const ids = [...confirmed.keys()];
  await sql`
    with locked as materialized (
      select variable_id from current_values where variable_id = any(${ids}::bigint[]) order by variable_id for no key update)
    update current_values c set confirmed_at = r.at
    from unnest(${ids}::bigint[], ${[...confirmed.values()]}::timestamptz[]) as r(variable_id, at)
    where c.variable_id = r.variable_id and (select count(*) from locked) >= 0`.execute(db);
}

import { type RawBuilder, sql } from 'kysely';
import { grantsOnVariable, type VariableFacts, type Visibility } from '../access.ts';
import type { Db } from '../database/connection.ts';
import type { Row } from '../database/tables.ts';
import type { Definition, JsonValue } from './definition.ts';

export type StoredVariable = Pick<
  Row<'variables'>,
  'id' | 'uuid' | 'unitId' | 'direction' | 'name' | 'visibility' | 'writePolicy' | 'deadband'
> & {
  definition: Definition;
  /** The last value; `at` is null while there is none. */
  value: JsonValue;
  at: Date | null;
  confirmedAt: Date | null;
};

/** What one variable's page and its rules need to know of its unit. */
export type OwningUnit = {
  id: number;
  uuid: string;
  name: string;
  ownerId: number;
  owner: string;
  sectorId: number | null;
  visibility: Visibility;
  security: Row<'units'>['security'];
  lastSeenAt: Date | null;
  /** Seconds; the smallest one expected between values of its outputs. */
  interval: number | undefined;
};

export type NewVariable = Pick<Row<'variables'>, 'direction' | 'name' | 'position'> & {
  uuid: string;
  definition: Definition;
};

const columns = [
  'variables.id',
  'variables.uuid',
  'variables.unitId',
  'variables.direction',
  'variables.name',
  'variables.visibility',
  'variables.writePolicy',
  'variables.deadband',
  'variables.definition',
  'currentValues.at',
  'currentValues.number',
  'currentValues.json',
  'currentValues.confirmedAt',
] as const;

const selectVariables = (db: Db) =>
  db.selectFrom('variables').leftJoin('currentValues', 'currentValues.variableId', 'variables.id').select(columns);

type Selected = Awaited<ReturnType<ReturnType<typeof selectVariables>['execute']>>[number];

function fromRow<T extends Selected>({ number, json, definition, ...row }: T) {
  // The definition was checked by its schema before it was stored.
  return { ...row, definition: definition as Definition, value: number ?? json };
}

/** The variables of these units: inputs first, each group in the order of schema.json. */
export async function variablesOfUnits(db: Db, unitIds: readonly number[]): Promise<StoredVariable[]> {
  if (unitIds.length === 0) return [];
  const rows = await selectVariables(db)
    .where('variables.unitId', 'in', unitIds)
    .orderBy('variables.unitId')
    .orderBy('variables.direction')
    .orderBy('variables.position')
    .execute();
  return rows.map(fromRow);
}

const smallestInterval = sql<number | null>`(
  select min((o.definition ->> 'interval')::float8) from variables o
  where o.unit_id = units.id and o.direction = 'output')`;

/** Of the variables of these units, the ids of those that fulfil a condition on `variables` and `units`. */
export async function variableIdsWhere(
  db: Db,
  unitIds: readonly number[],
  condition: RawBuilder<boolean>,
): Promise<Set<number>> {
  if (unitIds.length === 0) return new Set();
  const rows = await db
    .selectFrom('variables')
    .innerJoin('units', 'units.id', 'variables.unitId')
    .select('variables.id')
    .where('variables.unitId', 'in', unitIds)
    .where(condition)
    .execute();
  return new Set(rows.map(({ id }) => id));
}

/** A variable with its unit, and who holds a grant on it. */
export type FoundVariable = { variable: StoredVariable; unit: OwningUnit; grants: VariableFacts['grants'] };

export async function variableWithUnit(db: Db, uuid: string): Promise<FoundVariable | undefined> {
  const row = await selectVariables(db)
    .innerJoin('units', 'units.id', 'variables.unitId')
    .innerJoin('users', 'users.id', 'units.ownerId')
    .leftJoin('unitProgress', 'unitProgress.unitId', 'units.id')
    .select(['units.uuid as unitUuid', 'units.name as unitName', 'units.ownerId', 'units.sectorId', 'units.security'])
    .select(['units.visibility as unitVisibility', 'users.username as owner', 'unitProgress.lastSeenAt'])
    .select([smallestInterval.as('interval'), grantsOnVariable.as('grants')])
    .where('variables.uuid', '=', uuid)
    .executeTakeFirst();
  if (!row) return undefined;
  const {
    unitUuid,
    unitName,
    ownerId,
    sectorId,
    unitVisibility,
    security,
    owner,
    lastSeenAt,
    interval,
    grants,
    ...own
  } = row;
  const unit = { id: own.unitId, uuid: unitUuid, name: unitName, ownerId, owner, sectorId, security, lastSeenAt };
  const variable = fromRow(own);
  return { variable, unit: { ...unit, visibility: unitVisibility, interval: interval ?? undefined }, grants };
}

/** Makes variables, each with the row that will hold its current value. */
export async function insertVariables(db: Db, unitId: number, fresh: readonly NewVariable[]): Promise<void> {
  if (fresh.length === 0) return;
  const made = await db
    .insertInto('variables')
    .values(
      fresh.map(({ definition, ...variable }) => ({ ...variable, unitId, definition: JSON.stringify(definition) })),
    )
    .returning('id')
    .execute();
  await db
    .insertInto('currentValues')
    .values(made.map(({ id }) => ({ variableId: id })))
    .execute();
}

/** Gives variables that stay their new definitions and places. */
export async function redefineVariables(
  db: Db,
  changed: readonly { id: number; definition: Definition; position: number }[],
): Promise<void> {
  if (changed.length === 0) return;
  await sql`
    update variables v set definition = r.definition, position = r.position
    from unnest(
      ${changed.map(({ id }) => id)}::bigint[],
      ${changed.map(({ definition }) => JSON.stringify(definition))}::jsonb[],
      ${changed.map(({ position }) => position)}::integer[]) as r(id, definition, position)
    where v.id = r.id`.execute(db);
}

/** Removes variables; current values are locked in the journal's order first, so that the two never wait in a circle. */
export async function deleteVariables(db: Db, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await db
    .selectFrom('currentValues')
    .select('variableId')
    .where('variableId', 'in', ids)
    .orderBy('variableId')
    .forUpdate()
    .execute();
  await db.deleteFrom('variables').where('id', 'in', ids).execute();
}

export async function updateVariable(
  db: Db,
  id: number,
  change: Partial<Pick<Row<'variables'>, 'visibility' | 'writePolicy' | 'deadband'>>,
): Promise<void> {
  await db.updateTable('variables').set(change).where('id', '=', id).execute();
}

/** How many values each variable has in its history, counted up to `limit`. */
export async function countHistory(db: Db, ids: readonly number[], limit: number): Promise<Map<number, number>> {
  const result = await sql<{ id: number; rows: number }>`
    select v.id, counted.rows
    from unnest(${ids}::bigint[]) as v(id)
    cross join lateral (
      select count(*) as rows
      from (select from events where events.variable_id = v.id limit ${limit}) as bounded) as counted`.execute(db);
  return new Map(result.rows.map(({ id, rows }) => [id, rows]));
}

import { sql } from 'kysely';
import { v7 } from 'uuid';
import type { Visibility } from '../access.ts';
import type { Db } from '../database/connection.ts';
import type { JsonValue } from '../variables/definition.ts';

/** A value and its epoch milliseconds. */
export type Sample = [at: number, value: JsonValue];

/** For tests: a variable without a device, so that its history can be exactly what the test says. */
export async function makeVariable(db: Db, visibility: Visibility = 'public'): Promise<{ id: number; uuid: string }> {
  const owner = await db
    .insertInto('users')
    .values({ uuid: v7(), username: v7(), usernameKey: v7(), passwordHash: '-', role: 'user' })
    .returning('id')
    .executeTakeFirstOrThrow();
  const unit = await db
    .insertInto('units')
    .values({ uuid: v7(), ownerId: owner.id, name: 'Box', schema: '{}', example: '{}', security: 'token', visibility })
    .returning('id')
    .executeTakeFirstOrThrow();
  return db
    .insertInto('variables')
    .values({ uuid: v7(), unitId: unit.id, direction: 'output', name: 'air, °C', position: 0, definition: '{}' })
    .returning(['id', 'uuid'])
    .executeTakeFirstOrThrow();
}

/** Puts values into the log; the order of the list is the order of arrival, five to a commit. */
export async function storeSamples(db: Db, variableId: number, samples: readonly Sample[]): Promise<void> {
  await sql`
    insert into events (tx, n, variable_id, at, number, json, corrected)
    select i / 5, i % 5, ${variableId}, to_timestamp((sample->>0)::float8 / 1000),
      case jsonb_typeof(sample->1) when 'number' then (sample->>1)::float8 end,
      case jsonb_typeof(sample->1) when 'number' then null else sample->1 end, false
    from jsonb_array_elements(${JSON.stringify(samples)}::jsonb) with ordinality as list (sample, i)`.execute(db);
}

/** Puts 0, 1, 2 … into the log, seven at each 100 ms. */
export async function storeCount(db: Db, variableId: number, start: number, count: number): Promise<void> {
  await sql`
    insert into events (tx, n, variable_id, at, number, json, corrected)
    select i / 1000, i % 1000, ${variableId}, to_timestamp(${start / 1_000} + i / 7 * 0.1), i, null, false
    from generate_series(0, ${count - 1}::integer) as i`.execute(db);
}

/** Puts so many texts of 2,000 characters into the log, one a second. */
export async function storeTexts(db: Db, variableId: number, start: number, count: number): Promise<void> {
  await sql`
    insert into events (tx, n, variable_id, at, number, json, corrected)
    select i, 0, ${variableId}, to_timestamp(${start / 1_000} + i), null, to_jsonb(repeat('text', 500)), false
    from generate_series(0, ${count - 1}::integer) as i`.execute(db);
}

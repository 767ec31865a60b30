import { sql } from 'kysely';
import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { createJournal, type Entry, type Stored } from '../journal/journal.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { FreshDatabase } from './database.ts';

/** A unit with outputs, as the journal knows it: ids and no more. */
export type JournalUnit = { id: number; uuid: string; variables: { id: number; uuid: string }[] };

/** Units without devices and keys, each with so many outputs, so that the journal can be used alone. */
export async function makeUnits(db: Db, count: number, outputs = 1): Promise<JournalUnit[]> {
  const name = uuidv7();
  const owner = await db
    .insertInto('users')
    .values({ uuid: uuidv7(), username: name, usernameKey: name, passwordHash: '-', role: 'user' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return Promise.all(Array.from({ length: count }, (_, index) => makeUnit(db, owner.id, `Unit ${index}`, outputs)));
}

async function makeUnit(db: Db, ownerId: number, name: string, outputs: number): Promise<JournalUnit> {
  const documents = { schema: '{}', example: '{}', security: 'token', visibility: 'private' } as const;
  const unit = await db
    .insertInto('units')
    .values({ uuid: uuidv7(), ownerId, name, ...documents })
    .returning(['id', 'uuid'])
    .executeTakeFirstOrThrow();
  await db.insertInto('unitProgress').values({ unitId: unit.id }).execute();
  const output = (_: unknown, position: number) =>
    ({
      uuid: uuidv7(),
      unitId: unit.id,
      direction: 'output',
      name: `o${position}`,
      position,
      definition: '{}',
    }) as const;
  const variables = await db
    .insertInto('variables')
    .values(Array.from({ length: outputs }, output))
    .returning(['id', 'uuid'])
    .execute();
  await db
    .insertInto('currentValues')
    .values(variables.map(({ id }) => ({ variableId: id })))
    .execute();
  return { ...unit, variables };
}

/** An entry with one value for one output of a unit. @param at epoch milliseconds */
export function entryOf(unit: JournalUnit, value: JsonValue, { output = 0, at = Date.now() } = {}): Entry {
  const variable = unit.variables[output];
  if (!variable) throw new Error(`the unit has no output ${output}`);
  const event = { variableId: variable.id, variableUuid: variable.uuid, at, value, corrected: false };
  return { unitId: unit.id, unitUuid: unit.uuid, values: [event] };
}

/** A started journal alone on a database, and what it told its followers. */
export async function journalOn({ db, connect }: Pick<FreshDatabase, 'db' | 'connect'>) {
  const followed: Stored[] = [];
  const log = pino({ level: 'silent' });
  const afterCommit = (stored: Stored[]) => void followed.push(...stored);
  const journal = createJournal({ db, connect, retentionDays: 400, afterCommit, log });
  await journal.start();
  return Object.assign(journal, { followed });
}

/** What the log holds of an output, in its order. */
export async function storedValues(db: Db, unit: JournalUnit, output = 0): Promise<JsonValue[]> {
  const result = await sql<{ number: number | null; json: JsonValue }>`
    select number, json from events where variable_id = ${unit.variables[output]?.id} order by tx, n`.execute(db);
  return result.rows.map(({ number, json }) => number ?? json);
}

import type { ColumnType } from 'kysely';
import type { JsonValue } from '../variables/definition.ts';

export type MadeNow = ColumnType<Date, Date | undefined, Date>;
/** jsonb: read as a value, written as JSON text. */
export type Json<T> = ColumnType<T, string, string>;
export type JsonObject = { [name: string]: JsonValue };

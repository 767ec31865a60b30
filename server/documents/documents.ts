import { type Issue, invalid } from '../errors.ts';
import type { JsonValue } from '../variables/definition.ts';
import { readSchema, type UnitSchema } from './schema.ts';
import { SchemaError } from './schema-error.ts';
import { type Example, readExample } from './schema-example.ts';
import { parseJsonText } from './schema-text.ts';

export type { UnitSchema } from './schema.ts';
export { diffSchema, directionOf, type UnitDirection } from './schema-diff.ts';
export { pointer, SchemaError } from './schema-error.ts';
export { type Example, readExample } from './schema-example.ts';
export { variableNameProblem } from './schema-names.ts';

type JsonObject = { [name: string]: JsonValue };
/** JSON as text, so that an error can name line and column, or as a value. */
export type Document = string | JsonObject;

/** A schema.json as it was given, and what it says. */
export type ReadSchema = { document: JsonObject; schema: UnitSchema };

/**
 * Reads schema.json, and json_example.json where it is given.
 * @throws AppError 422 with everything that is wrong in both; paths begin with /schema or /example
 */
export function readDocuments(documents: { schema: Document; example: Document }): ReadSchema & { example: Example };
export function readDocuments(documents: { schema: Document; example?: Document }): ReadSchema & { example?: Example };
export function readDocuments(documents: { schema: Document; example?: Document }) {
  const issues: Issue[] = [];
  const schema = collect('/schema', issues, () => readSchemaDocument(documents.schema));
  const given = documents.example;
  const example = given === undefined ? undefined : collect('/example', issues, () => readExample(parsed(given)));
  const [first] = issues;
  if (first || !schema) throw invalid(`${first?.path.slice(1)}: ${first?.message}`, issues);
  return { ...schema, example };
}

function readSchemaDocument(given: Document): ReadSchema {
  const document = parsed(given);
  const schema = readSchema(document);
  // A schema that can be read is an object.
  return { document: document as JsonObject, schema };
}

const parsed = (document: Document): unknown => (typeof document === 'string' ? parseJsonText(document) : document);

function collect<T>(root: string, issues: Issue[], read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error;
    issues.push(...error.issues.map(({ path, message }) => ({ path: root + path, message })));
    return undefined;
  }
}

import { z } from 'zod';

export type Json = Record<string, unknown>;

const reference = '#/components/schemas/Json';

/**
 * The JSON Schema (2020-12, as OpenAPI 3.1 has it) of a zod schema. The one recursive part, any JSON value (`z.json()`),
 * stands among the components: `$defs` inside of a schema are not found from `#` of the whole document.
 * @throws Error at start for another recursive schema: it needs a component of its own here
 */
export function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema, $defs = {}, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  let text = JSON.stringify(json);
  for (const [name, definition] of Object.entries($defs)) {
    const refer = (from: string) => from.replaceAll(`"#/$defs/${name}"`, `"${reference}"`);
    if (refer(JSON.stringify(definition)) !== JSON.stringify(anyJson)) throw new Error(`${name} has no component`);
    text = refer(text);
  }
  return JSON.parse(text) as Json;
}

const anyJson = {
  anyOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'null' },
    { type: 'array', items: { $ref: reference } },
    { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { $ref: reference } },
  ],
};

const issueSchema = {
  type: 'object',
  required: ['path', 'message'],
  properties: {
    path: { type: 'string', description: 'JSON Pointer into the input' },
    message: { type: 'string' },
    at: { type: 'integer', description: 'Where in a typed text the fault is, in UTF-16 units from its beginning' },
  },
};

const problemSchema = {
  type: 'object',
  required: ['title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'For people' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable' },
    request: { type: 'string', description: 'The id under which the log has it' },
    issues: { type: 'array', items: issueSchema },
  },
};

export const componentSchemas: Json = { Problem: problemSchema, Json: anyJson };

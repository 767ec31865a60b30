import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSchemaText, readSchema } from './schema.ts';
import { SchemaError, type SchemaIssue } from './schema-error.ts';

const example = {
  world_state: ['time'],
  unit_state: ['ip', 'memory_free'],
  input_variables: { lamp: { type: 'boolean', default: false } },
  output_variables: { temperature: { type: 'number', unit: 'Cel', minimum: -40, maximum: 125, interval: 10 } },
};

function problemsOf(read: () => unknown): SchemaIssue[] {
  try {
    read();
  } catch (error) {
    if (error instanceof SchemaError) return error.issues;
    throw error;
  }
  return [];
}

function issuesOf(read: () => unknown): string[] {
  return problemsOf(read).map(({ path, message }) => `${path} ${message}`);
}

describe('what a unit has', () => {
  test('all four groups', () => {
    expect(readSchema(example)).toEqual({
      worldState: ['time'],
      unitState: ['ip', 'memory_free'],
      inputs: example.input_variables,
      outputs: example.output_variables,
    });
    expect(parseSchemaText(`\ufeff${JSON.stringify(example, null, 2)}`)).toEqual(readSchema(example));
  });

  test('groups may be left out or written the other way, and names be input and output at once', () => {
    const read = readSchema({
      unit_state: { ip: { type: 'string' } },
      input_variables: ['Свет 1'],
      output_variables: ['Свет 1'],
    });
    expect(read).toEqual({ worldState: [], unitState: ['ip'], inputs: { 'Свет 1': {} }, outputs: { 'Свет 1': {} } });
    expect(readSchema({})).toEqual({ worldState: [], unitState: [], inputs: {}, outputs: {} });
  });

  test('every problem is told at once, each with its path', () => {
    const input = {
      colour: 1,
      world_state: ['weather'],
      unit_state: 'ip',
      input_variables: ['a', 'a', 1, 'b/c'],
      output_variables: {
        'x/y~': {},
        temperature: { type: 'number', minimum: 5, maximum: 3 },
        door: { type: 'string', enum: ['open', 1] },
        lamp: { color: 1, 'o/k': 2 },
        none: null,
      },
    };
    expect(issuesOf(() => readSchema(input))).toEqual([
      '/colour is not part of a schema',
      '/world_state/0 the instance tells only time',
      '/unit_state a list of names or an object with a definition for each name is expected',
      '/input_variables/1 "a" is listed twice',
      '/input_variables/2 a name is expected',
      '/input_variables/3 a name holds none of / + #',
      '/output_variables/x~1y~0 a name holds none of / + #',
      '/output_variables/temperature/minimum 5 is above the maximum 3',
      '/output_variables/door/enum/1 1 is not text',
      '/output_variables/lamp/color is not part of a definition',
      '/output_variables/lamp/o~1k is not part of a definition',
      '/output_variables/none Invalid input: expected object, received null',
    ]);
  });

  test.each([null, undefined, 1, 'text', [], true])('%j is no schema', (input) => {
    expect(issuesOf(() => readSchema(input))).toEqual([' a schema is an object with the groups of names']);
  });

  test('limits: 200 variables, depth and size of the whole', () => {
    const names = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);
    expect(Object.keys(readSchema({ input_variables: names(100), output_variables: names(100) }).inputs)).toHaveLength(
      100,
    );
    const tooMany = { input_variables: names(101), output_variables: names(100) };
    expect(issuesOf(() => readSchema(tooMany))).toEqual([' 201 variables are more than 200']);
    const deep = JSON.parse(`{"world_state":${'['.repeat(5_000)}${']'.repeat(5_000)}}`);
    expect(issuesOf(() => readSchema(deep))).toEqual([' the value is nested deeper than 16 levels']);
  });
});

describe('names', () => {
  test.each(['a', 'Wood Shed', 'température', '温度', '☀', '.', '$SYS', 'x'.repeat(64), '😀'.repeat(64)])(
    '%s',
    (name) => {
      expect(Object.keys(readSchema({ output_variables: [name] }).outputs)).toEqual([name]);
    },
  );

  test.each([
    '',
    ' ',
    ' a',
    'a\u00a0',
    'a\nb',
    'a\0',
    '\u0085a',
    'a\u2028b',
    '\ud800',
    'a+',
    '#',
    'a/b',
    'x'.repeat(65),
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
  ])('refused: %j', (name) => {
    const asMember = JSON.parse(`{"output_variables":{${JSON.stringify(name)}:{}}}`);
    expect(issuesOf(() => readSchema({ output_variables: [name] }))).toHaveLength(1);
    expect(issuesOf(() => readSchema(asMember))).toHaveLength(1);
  });

  test('a prototype can neither be read nor written', () => {
    const text = '{"output_variables":{"a":{"__proto__":{"type":"number"}}},"__proto__":{"unit_state":["ip"]}}';
    expect(issuesOf(() => parseSchemaText(text))).toEqual([
      '/__proto__ is not part of a schema',
      '/output_variables/a/__proto__ is not part of a definition',
    ]);
    expect(readSchema(Object.create({ unit_state: ['ip'] }))).toEqual(readSchema({}));
  });
});

test('any JSON is read or refused with paths that lead into it', () => {
  const key = fc.constantFrom('type', 'minimum', 'maximum', 'enum', 'default', 'a', 'b/c', '__proto__');
  const one = fc.oneof(fc.dictionary(key, fc.jsonValue()), fc.jsonValue());
  const group = fc.oneof(
    fc.array(fc.oneof(fc.string(), fc.jsonValue())),
    fc.dictionary(fc.string(), one),
    fc.jsonValue(),
  );
  const groupName = fc.constantFrom('world_state', 'unit_state', 'input_variables', 'output_variables', 'other');
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(groupName, group), fc.jsonValue()), (input) => {
      for (const { path } of problemsOf(() => readSchema(input))) {
        const first = path.split('/')[1]?.replaceAll('~1', '/').replaceAll('~0', '~');
        if (first !== undefined) expect(Object.keys(Object(input))).toContain(first);
      }
    }),
    { numRuns: 500 },
  );
});

test('what was read reads the same again', () => {
  const name = fc.stringMatching(/^[a-zа-я][a-zа-я0-9 ]{0,20}[a-z]$/);
  const definition = fc.record(
    { title: fc.string({ maxLength: 20 }), interval: fc.integer({ min: 1, max: 60 }) },
    { requiredKeys: [] },
  );
  const group = fc.dictionary(name, definition, { maxKeys: 10 });
  fc.assert(
    fc.property(group, group, (inputs, outputs) => {
      const read = readSchema({ input_variables: inputs, output_variables: outputs });
      expect(read).toEqual({ worldState: [], unitState: [], inputs, outputs });
      expect(readSchema({ input_variables: read.inputs, output_variables: read.outputs })).toEqual(read);
    }),
  );
});

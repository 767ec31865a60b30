import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { compileCheck, type Definition, definition, type JsonValue, jsonProblem } from './definition.ts';

function problemsOf(given: unknown): string[] {
  const parsed = definition.safeParse(given);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('/')}: ${message}`);
}

function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)];
}

describe('definitions', () => {
  test.each<Definition>([
    {},
    { type: 'boolean', default: false },
    { type: 'number', minimum: -40, maximum: 125, unit: 'Cel', interval: 10, default: 20.5 },
    { type: 'integer', minimum: 3, maximum: 3, enum: [3] },
    { type: 'string', enum: ['open', 'closed'], maxLength: 6, default: 'open', title: 'Дверь', description: '' },
    { type: 'object', default: { a: [1] } },
    { enum: [1, '1', null, [1], { a: 1 }], default: { a: 1 } },
  ])('%j', (given) => expect(definition.parse(given)).toEqual(given));

  test.each<[unknown, string]>([
    [null, ': Invalid input: expected object, received null'],
    [{ type: 'float' }, 'type: Invalid option'],
    [{ colour: 1 }, ': Unrecognized key: "colour"'],
    [{ type: 'number', minimum: '1' }, 'minimum: Invalid input'],
    [{ type: 'number', minimum: 5, maximum: 3 }, 'minimum: 5 is above the maximum 3'],
    [{ minimum: 5 }, 'minimum: is only for the types "number" and "integer"'],
    [{ type: 'string', maximum: 5 }, 'maximum: is only for the types "number" and "integer"'],
    [{ type: 'number', maxLength: 5 }, 'maxLength: is only for the type "string"'],
    [{ type: 'string', maxLength: 1.5 }, 'maxLength: '],
    [{ type: 'string', maxLength: -1 }, 'maxLength: '],
    [{ interval: 0 }, 'interval: '],
    [{ interval: Number.POSITIVE_INFINITY }, 'interval: '],
    [{ unit: '' }, 'unit: '],
    [{ enum: [] }, 'enum: '],
    [{ enum: [1, { a: 1 }, { a: 1 }] }, 'enum/2: an object is listed twice'],
    [{ type: 'number', enum: [1, 'x'] }, 'enum/1: "x" is not a number'],
    [{ type: 'number', maximum: 5, enum: [6] }, 'enum/0: 6 is above the maximum 5'],
    [{ type: 'boolean', default: 'on' }, 'default: "on" is not true or false'],
    [{ type: 'string', enum: ['a'], default: 'b' }, 'default: "b" is not one of "a"'],
    [{ default: nested(17) }, 'default: the value is nested deeper'],
  ])('refused: %j', (given, problem) => {
    expect(problemsOf(given)).toEqual([expect.stringContaining(problem)]);
  });

  test('all problems of one definition are told at once', () => {
    expect(problemsOf({ type: 'boolean', minimum: 1, maxLength: 2, default: 3 })).toHaveLength(3);
  });

  test('can be shown as JSON Schema', () => {
    expect(z.toJSONSchema(definition)).toMatchObject({ type: 'object', additionalProperties: false });
  });
});

describe('checks', () => {
  test.each<[Definition, JsonValue, string | undefined]>([
    [{ type: 'number' }, -0.5, undefined],
    [{ type: 'number' }, -Number.MAX_VALUE, undefined],
    [{ type: 'number' }, Number.NaN, 'NaN is not a number'],
    [{ type: 'number' }, Number.POSITIVE_INFINITY, 'Infinity is not a number'],
    [{ type: 'number' }, Number.NEGATIVE_INFINITY, '-Infinity is not a number'],
    [{ type: 'number' }, '21.5', '"21.5" is not a number'],
    [{ type: 'number' }, null, 'null is not a number'],
    [{ type: 'number', maximum: 20 }, 20, undefined],
    [{ type: 'number', maximum: 20 }, 21.5, '21.5 is above the maximum 20'],
    [{ type: 'number', minimum: 20 }, 19, '19 is below the minimum 20'],
    [{ type: 'number', minimum: 20 }, Number.NaN, 'NaN is not a number'],
    [{ type: 'integer' }, 2, undefined],
    [{ type: 'integer' }, 2.5, '2.5 is not a whole number'],
    [{ type: 'integer' }, Number.POSITIVE_INFINITY, 'Infinity is not a whole number'],
    [{ type: 'integer', minimum: 3 }, 2, '2 is below the minimum 3'],
    [{ type: 'boolean' }, false, undefined],
    [{ type: 'boolean' }, 0, '0 is not true or false'],
    [{ type: 'string' }, '', undefined],
    [{ type: 'string' }, 1, '1 is not text'],
    [{ type: 'string' }, 'a\0', 'text must not hold the character NUL'],
    [{ type: 'string' }, '\ud800', 'text must not hold half a surrogate pair'],
    [{ type: 'string', maxLength: 3 }, '☀️😀', undefined],
    [{ type: 'string', maxLength: 2 }, '☀️😀', '"☀️😀" is longer than 2 characters'],
    [{ type: 'string', maxLength: 2 }, 'abcdefg', '"abcdefg" is longer than 2 characters'],
    [{ type: 'string', enum: ['open', 'closed'] }, 'closed', undefined],
    [{ type: 'string', enum: ['open', 'closed'] }, 'ajar', '"ajar" is not one of "open", "closed"'],
    [{ enum: [{ a: [1] }] }, { a: [1] }, undefined],
    [{ enum: [0] }, -0, undefined],
    [{ enum: [{ a: [1] }] }, { a: [2] }, 'an object is not one of an object'],
    [{ type: 'object' }, {}, undefined],
    [{ type: 'object' }, [], 'a list is not an object'],
    [{ type: 'object' }, null, 'null is not an object'],
    [{ type: 'object' }, { a: Number.NaN }, 'NaN is not a number'],
    [{ type: 'array' }, [1, 'a'], undefined],
    [{ type: 'array' }, {}, 'an object is not a list'],
    [{}, { a: [null, true, 1, 'x'] }, undefined],
    [{}, { 'a\0': 1 }, 'text must not hold the character NUL'],
    [{}, Number.POSITIVE_INFINITY, 'Infinity is not a number'],
  ])('%j of %j', (given, value, problem) => expect(compileCheck(given)(value)).toBe(problem));

  test('long text is cut in the reason', () => {
    expect(compileCheck({ type: 'number' })('x'.repeat(500))?.length).toBeLessThan(100);
  });

  test('depth and size are bounded', () => {
    const check = compileCheck({});
    expect(check(nested(16))).toBeUndefined();
    expect(check(nested(17))).toBe('the value is nested deeper than 16 levels');
    expect(check(nested(5_000))).toBe('the value is nested deeper than 16 levels');
    expect(check('x'.repeat(65_535))).toBeUndefined();
    expect(check('x'.repeat(65_536))).toBe('the value is larger than 65536 characters');
    expect(check(Array.from({ length: 65_536 }, () => 1))).toBe('the value is larger than 65536 characters');
    expect(check({ ['k'.repeat(65_536)]: 1 })).toBe('the value is larger than 65536 characters');
  });

  test('what is no JSON is told so', () => {
    expect(jsonProblem({ a: undefined })).toBe('a value of type undefined is not JSON');
    expect(jsonProblem(1n)).toBe('a value of type bigint is not JSON');
  });

  test('numbers agree with the limits as written', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(number, number, number, (a, b, value) => {
        const [minimum, maximum] = a < b ? [a, b] : [b, a];
        const isGood = value >= minimum && value <= maximum;
        expect(compileCheck({ type: 'number', minimum, maximum })(value) === undefined).toBe(isGood);
      }),
    );
  });

  test('every JSON value passes as itself and as its own enum', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }), (json) => {
        const value: JsonValue = JSON.parse(JSON.stringify(json));
        fc.pre(!JSON.stringify(value).includes('\\u0000'));
        expect(compileCheck({})(value)).toBeUndefined();
        expect(compileCheck({ enum: [value] })(value)).toBeUndefined();
        expect(compileCheck({ enum: [[value]] })(value)).not.toBeUndefined();
      }),
    );
  });
});

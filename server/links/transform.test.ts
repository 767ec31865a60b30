import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JsonValue, jsonProblem } from '../variables/definition.ts';
import { transform } from './contract.ts';
import { compileTransform, type Transform, type Transformed } from './transform.ts';

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

const transforms: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({ kind: fc.constant('scale' as const), factor: number, offset: number }),
  fc.record({ kind: fc.constant('invert' as const) }),
  fc
    .uniqueArray(fc.tuple(scalar, json), { minLength: 1, maxLength: 10, selector: ([from]) => from })
    .map((table) => ({ kind: 'map' as const, table })),
  fc.tuple(number, number).map(([a, b]) => {
    return { kind: 'clamp' as const, minimum: Math.min(a, b), maximum: Math.max(a, b) };
  }),
  fc.record({ kind: fc.constant('text' as const), template: fc.string() }),
);
const resultOf = (result: Transformed) => (result.ok ? result.value : undefined);

describe('every transform', () => {
  test('makes a JSON value of any JSON value, or says why not', () => {
    fc.assert(
      fc.property(transforms, json, (given, value) => {
        const result = compileTransform(given)(value);
        if (result.ok) expect(jsonProblem(result.value)).toBe(undefined);
        else expect(result.problem.length).toBeGreaterThan(5);
        if (result.ok && typeof result.value === 'number') expect(Number.isFinite(result.value)).toBe(true);
      }),
    );
  });

  test('is what the contract reads, unchanged by a round through the database', () => {
    fc.assert(
      fc.property(transforms, (given) => {
        const stored = JSON.parse(JSON.stringify(given));
        expect(transform.parse(stored)).toEqual(stored);
      }),
    );
  });
});

test('scale multiplies and adds, without the noise of binary fractions', () => {
  expect(resultOf(compileTransform({ kind: 'scale', factor: 1.8, offset: 32 })(21.5))).toBe(70.7);
  expect(resultOf(compileTransform({ kind: 'scale', factor: 0.1, offset: 0.2 })(1))).toBe(0.3);
  const small = fc.integer({ min: -1_000_000, max: 1_000_000 });
  fc.assert(
    fc.property(small, small, small, (value, factor, offset) => {
      expect(resultOf(compileTransform({ kind: 'scale', factor, offset })(value))).toBe(value * factor + offset);
    }),
  );
  expect(compileTransform({ kind: 'scale', factor: 1e308, offset: 0 })(1e9).ok).toBe(false);
  expect(compileTransform({ kind: 'scale', factor: 2, offset: 0 })('warm')).toEqual({
    ok: false,
    problem: '"warm" is not a number',
  });
});

test('clamp stays within, and leaves alone what is within', () => {
  fc.assert(
    fc.property(number, number, number, (value, a, b) => {
      const [minimum, maximum] = [Math.min(a, b), Math.max(a, b)];
      const result = resultOf(compileTransform({ kind: 'clamp', minimum, maximum })(value)) as number;
      expect(result).toBe(value < minimum ? minimum : value > maximum ? maximum : value);
    }),
    { examples: [[-0, 0, 0]] },
  );
});

test('invert twice is nothing', () => {
  const invert = compileTransform({ kind: 'invert' });
  expect([true, false].map((value) => resultOf(invert(value)))).toEqual([false, true]);
  expect(invert(1).ok).toBe(false);
});

test('map finds what is in its table, null too, and nothing that only looks like it', () => {
  const table: [string | number | null, JsonValue][] = [
    ['open', true],
    ['closed', null],
    [1, 'one'],
    [null, 0],
  ];
  const map = compileTransform({ kind: 'map', table });
  expect(['open', 'closed', 1, null].map((value) => resultOf(map(value)))).toEqual([true, null, 'one', 0]);
  expect(['1', 'ajar', true, {}].map((value) => map(value).ok)).toEqual([false, false, false, false]);
  const otherwise = compileTransform({ kind: 'map', table, otherwise: false });
  expect(resultOf(otherwise('ajar'))).toBe(false);
});

test('text puts the value into its place, and nothing in a value is a pattern', () => {
  const text = compileTransform({ kind: 'text', template: 'It is {value} °C ({value})' });
  expect(resultOf(text(21.5))).toBe('It is 21.5 °C (21.5)');
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(resultOf(compileTransform({ kind: 'text', template: '<{value}>' })(value))).toBe(`<${value}>`);
    }),
  );
});

test('what cannot be meant is refused with its place', () => {
  const paths = (given: unknown) => transform.safeParse(given).error?.issues.map(({ path }) => path.join('/'));
  expect(paths({ kind: 'clamp', minimum: 2, maximum: 1 })).toEqual(['minimum']);
  expect(
    paths({
      kind: 'map',
      table: [
        [1, 2],
        [1, 3],
      ],
    }),
  ).toEqual(['table/1/0']);
  expect(paths({ kind: 'text', template: '{value}'.repeat(6) })).toEqual(['template']);
  expect(paths({ kind: 'scale', factor: Number.POSITIVE_INFINITY })).toEqual(['factor']);
  expect(transform.safeParse({ kind: 'eval', code: '1' }).success).toBe(false);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { transform } from '../../../../server/links/contract.ts';
import { formOf, readValue, transformOf, typeValue } from './transform-form.ts';

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)));
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const anyTransform = fc.oneof(
  fc.constant(null),
  fc.record({ kind: fc.constant('invert' as const) }),
  fc.record({ kind: fc.constant('scale' as const), factor: number, offset: number }),
  fc.record({ kind: fc.constant('clamp' as const), minimum: number, maximum: number }),
  fc.record({ kind: fc.constant('text' as const), template: fc.string() }),
  fc.record({ kind: fc.constant('map' as const), table: fc.array(fc.tuple(fc.string(), json), { minLength: 1 }) }),
);

test('a transform is the same after it was shown and typed', () => {
  fc.assert(
    fc.property(anyTransform, (given) => {
      expect(transformOf(formOf(given))).toEqual(given);
    }),
  );
});

test('any value is the same after it was typed', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(readValue(typeValue(value))).toEqual(value);
    }),
  );
});

test.each([
  ['on', 'on'],
  ['5', 5],
  ['"5"', '5'],
  ['true', true],
  ['{"a":1}', { a: 1 }],
  ['{a', '{a'],
])('%s is typed for %j', (typed, value) => expect(readValue(typed)).toEqual(value));

test('decimals may have a comma, and what is no number is left for the instance to refuse', () => {
  const form = { ...formOf(null), kind: 'scale' as const, factor: ' 1,5 ', offset: 'much' };
  expect(transformOf(form)).toEqual({ kind: 'scale', factor: 1.5, offset: 'much' });
  expect(transform.safeParse(transformOf(form)).error?.issues[0]?.path).toEqual(['offset']);
});

test('empty rows of a table are none', () => {
  const rows = [
    { from: 'open', to: 'true' },
    { from: '', to: '' },
  ];
  const form = { ...formOf(null), kind: 'map' as const, rows, otherwise: 'false' };
  expect(transformOf(form)).toEqual({ kind: 'map', table: [['open', true]], otherwise: false });
});

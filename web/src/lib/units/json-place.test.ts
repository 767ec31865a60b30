import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeOf, placeOfSyntaxError } from './json-place.ts';

const text = `{
  "output_variables": {
    "temp/eratur~e": { "type": "nummer", "enum": ["a, }", "b\\"]"] },
    "door": [1, -2.5e3, null]
  }
}`;

const selected = (pointer: string, of = text) => {
  const place = placeOf(of, pointer);
  return place && of.slice(place.start, place.end);
};

test.each([
  ['/output_variables/temp~1eratur~0e/type', '"nummer"'],
  ['/output_variables/temp~1eratur~0e/enum/1', '"b\\"]"'],
  ['/output_variables/door', '[1, -2.5e3, null]'],
  ['/output_variables/door/1', '-2.5e3'],
  ['/output_variables/door/2', 'null'],
  ['', text],
])('%s leads to %s', (pointer, expected) => expect(selected(pointer)).toBe(expected));

test.each(['/missing', '/output_variables/door/3', '/output_variables/door/1/x'])('%s leads nowhere', (pointer) => {
  expect(placeOf(text, pointer)).toBeUndefined();
});

test('a place names its line; a text that is no JSON has none', () => {
  expect(placeOf(text, '/output_variables/door')?.line).toBe(4);
  expect(placeOf('{"a": ', '/a')).toBeUndefined();
});

test('a syntax error is found where the instance says', () => {
  const message = 'JSON syntax error at line 2, column 3: a name in double quotes is expected';
  expect(placeOfSyntaxError('{\n  a: 1\n}', message)).toEqual({ start: 4, end: 5, line: 2 });
  expect(placeOfSyntaxError('{}', 'is not part of a schema')).toBeUndefined();
});

test('whatever the JSON and its layout, a pointer to a value selects that value', () => {
  const escaped = (step: string) => step.replaceAll('~', '~0').replaceAll('/', '~1');
  const leaves = (value: unknown, path: string): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? [[path, value], ...Object.entries(value).flatMap(([key, one]) => leaves(one, `${path}/${escaped(key)}`))]
      : [[path, value]];
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(4), (value, indent) => {
      const written = JSON.stringify(value, null, indent);
      for (const [pointer, one] of leaves(JSON.parse(written), '')) {
        expect(JSON.parse(selected(pointer, written) ?? 'undefined')).toEqual(one);
      }
    }),
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SchemaError } from './schema-error.ts';
import { parseExampleText, readExample } from './schema-example.ts';

const example = { PEPEUNIT_URL: 'https://croft.example', PERIOD: 10, DEBUG: false, 'шаг/+': 0.5, EMPTY: '' };

function issuesOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof SchemaError) return error.issues.map(({ path, message }) => `${path} ${message}`);
    throw error;
  }
  return [];
}

test('a flat object is read as it is, from text too', () => {
  expect(readExample(example)).toEqual(example);
  expect(parseExampleText(JSON.stringify(example))).toEqual(example);
});

test.each([null, [], 'a', 1, undefined])('%j is no example', (input) => {
  expect(issuesOf(() => readExample(input))).toEqual([' an example is an object of names and values']);
});

test('every problem is told at once', () => {
  const text = `{"a": {}, "b/c": [], "d": null, "__proto__": "x", "toString": 1, "e": "\\u0000", "f": "${'x'.repeat(4_097)}", "": 1}`;
  expect(issuesOf(() => parseExampleText(text))).toEqual([
    '/a text, a number, true or false is expected',
    '/b~1c text, a number, true or false is expected',
    '/d text, a number, true or false is expected',
    '/__proto__ the name is reserved',
    '/toString the name is reserved',
    '/e text holds no NUL and no half surrogate pair',
    '/f is longer than 4096 characters',
    '/ a name is empty',
  ]);
  const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`v${i}`, i]));
  expect(issuesOf(() => readExample(many))).toEqual([' has more than 200 entries']);
  expect(() => parseExampleText('{')).toThrow('JSON syntax error at line 1, column 2');
});

test('any JSON is read as it is or refused', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean())), fc.jsonValue()),
      (input) => {
        const issues = issuesOf(() => readExample(input));
        if (issues.length === 0) expect(readExample(input)).toEqual(input);
      },
    ),
  );
});

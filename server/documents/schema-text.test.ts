import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SchemaError } from './schema-error.ts';
import { parseJsonText } from './schema-text.ts';

function problemOf(text: string): string | undefined {
  try {
    parseJsonText(text);
  } catch (error) {
    if (error instanceof SchemaError) return error.issues[0]?.message;
    throw error;
  }
  return undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('where a syntax error is', () => {
  test.each([
    ['', 1, 1, 'a value is expected'],
    ['{\n  "a": 1,\n}', 3, 1, 'a name in double quotes is expected'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}" is expected'],
    ['{"a" 1}', 1, 6, '":" is expected'],
    ['{"a": }', 1, 7, 'a value is expected'],
    ['{a: 1}', 1, 2, 'a name in double quotes is expected'],
    ["{'a': 1}", 1, 2, 'a name in double quotes is expected'],
    ['[1 2]', 1, 4, '"," or "]" is expected'],
    ['[1, 2', 1, 6, '"," or "]" is expected'],
    ['{"a": "b\n}', 1, 9, 'the closing quote is missing'],
    ['"a\tb"', 1, 3, 'a control character in text must be escaped'],
    ['"\\x"', 1, 2, 'not a valid escape'],
    ['{} {}', 1, 4, 'nothing more is expected'],
    ['[01]', 1, 3, '"," or "]" is expected'],
    ['{"a": 1,\n "b": 2,\n "a": 3}', 3, 2, '"a" is there twice'],
    ['{"a": 1, "\\u0061": 3}', 1, 10, '"a" is there twice'],
  ])('%j', (text, line, column, message) => {
    expect(problemOf(text)).toBe(`JSON syntax error at line ${line}, column ${column}: ${message}`);
  });

  test('nesting and size are bounded', () => {
    expect(problemOf('['.repeat(60_000))).toContain('nested deeper');
    expect(problemOf(`"${'x'.repeat(65_535)}"`)).toContain('longer than 65536');
    expect(parseJsonText(`"${'x'.repeat(65_534)}"`)).toHaveLength(65_534);
  });
});

describe('is JSON.parse otherwise', () => {
  const json = fc.json({ maxDepth: 4, stringUnit: 'binary' });

  test('every JSON text is read as it is', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2, '\t'), (text, space) => {
        const pretty = JSON.stringify(JSON.parse(text), null, space);
        expect(parseJsonText(pretty)).toEqual(JSON.parse(pretty));
      }),
    );
  });

  test('every damaged text is refused where JSON.parse refuses it', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u12',
      '0',
      '-',
      '.',
      'e',
      '\n',
      '\u0001',
      'null',
      '\u00a0',
      '',
    );
    fc.assert(
      fc.property(json, fc.nat(), piece, fc.nat(2), (text, place, inserted, removed) => {
        const at = place % (text.length + 1);
        const damaged = text.slice(0, at) + inserted + text.slice(at + removed);
        const problem = problemOf(damaged);
        if (!problem?.endsWith('is there twice')) expect(problem === undefined).toBe(isJson(damaged));
      }),
      { numRuns: 3_000 },
    );
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readArguments, writeArguments } from './read-arguments.ts';

test.each([
  ['', []],
  ['5', [5]],
  ['on 15.5 true null -2', ['on', 15.5, true, null, -2]],
  ['"back yard" lamp', ['back yard', 'lamp']],
  ['[1, {"a": [2]}]', [1, { a: [2] }]],
  ['  [ ]  ', []],
  ['1.2.3 12:30 nullable', ['1.2.3', '12:30', 'nullable']],
  ['"a \\"b\\""', ['a "b"']],
])('%j', (typed, args) => expect(readArguments(typed)).toEqual(args));

test.each(['[1', '"open', 'a"b', '[1] 2', Array(21).fill('x').join(' ')])('%j is refused', (typed) =>
  expect(readArguments(typed)).toBeUndefined(),
);

test('whatever was sent is read as the same when typed again', () => {
  const scalar = fc.oneof(
    fc.string(),
    fc.constantFrom('12', 'true', '[', 'a b', ''),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  const argument = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: fc.array(scalar) });
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 20 }), (args) => {
      expect(readArguments(writeArguments(args))).toEqual(args);
    }),
    { numRuns: 500 },
  );
});

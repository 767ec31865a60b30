import { expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import type { Definition } from '../variables/definition.ts';
import { checkFit } from './fitting.ts';
import type { Transform } from './transform.ts';

const scale: Transform = { kind: 'scale', factor: 2, offset: 0 };

/** What is wrong with a link from `temperature` to `lamp`; undefined when nothing is. */
function problem(output: Definition, input: Definition, transform: Transform | null = null): string | undefined {
  try {
    checkFit({ name: 'temperature', definition: output }, { name: 'lamp', definition: input }, transform);
    return undefined;
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return error.message;
    throw error;
  }
}

test('a type mismatch says what would fit', () => {
  expect(problem({ type: 'number' }, { type: 'boolean' })).toBe(
    '`temperature` gives a number, `lamp` wants true or false: use the transform map.',
  );
  expect(problem({ type: 'number' }, { type: 'string' })).toBe(
    '`temperature` gives a number, `lamp` wants text: use the transform text or map.',
  );
  expect(problem({ type: 'boolean' }, { type: 'number' })).toContain('use the transform map');
  expect(problem({ type: 'boolean' }, { type: 'boolean' }, scale)).toBe(
    '`temperature` gives true or false, the transform scale takes a number: use no transform, invert or map.',
  );
  expect(problem({ type: 'number' }, { type: 'number' }, { kind: 'text', template: 'x' })).toBe(
    'the transform text gives text, `lamp` wants a number: use no transform, scale, clamp or map.',
  );
});

test('what may fit is looked at when it comes', () => {
  expect(problem({ type: 'number' }, { type: 'integer', minimum: 0, maximum: 9 })).toBe(undefined);
  expect(problem({ type: 'integer' }, { type: 'number' }, scale)).toBe(undefined);
  expect(problem({}, { type: 'boolean' })).toBe(undefined);
  expect(problem({ type: 'object' }, {})).toBe(undefined);
  expect(problem({}, { type: 'boolean' }, { kind: 'invert' })).toBe(undefined);
  expect(problem({ enum: ['a', 1] }, { type: 'boolean' })).toContain('gives text or a number');
});

test('a map gives what the input takes, row by row', () => {
  const toLamp: Transform = {
    kind: 'map',
    table: [
      ['open', true],
      ['closed', 'no'],
    ],
    otherwise: 3,
  };
  expect(problem({ type: 'string' }, { type: 'boolean' }, toLamp)).toBe(
    'transform/table/1/1: `lamp`: "no" is not true or false',
  );
  expect(problem({ type: 'string' }, { enum: [true, 'no', 3] }, toLamp)).toBe(undefined);
});

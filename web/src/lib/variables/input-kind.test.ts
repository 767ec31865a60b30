import { expect, test } from 'vitest';
import { inputKind, readTyped, sliderStep } from './input-kind.ts';

test.each([
  [{ type: 'boolean' }, 'switch'],
  [{ type: 'boolean', enum: [true] }, 'choice'],
  [{ type: 'number', minimum: 0, maximum: 1 }, 'slider'],
  [{ type: 'number', minimum: 0 }, 'number'],
  [{ type: 'integer' }, 'number'],
  [{ type: 'string' }, 'text'],
  [{ type: 'object' }, 'json'],
  [{}, 'json'],
] as const)('%j is set by a %s', (definition, kind) => {
  const { enum: listed, ...rest }: { enum?: readonly boolean[] } & Record<string, unknown> = definition;
  expect(inputKind({ ...rest, ...(listed && { enum: [...listed] }) })).toBe(kind);
});

test.each([
  [{ type: 'number', minimum: 0, maximum: 100 }, 1],
  [{ type: 'number', minimum: 0, maximum: 1 }, 0.01],
  [{ type: 'number', minimum: -40, maximum: 85 }, 1],
  [{ type: 'number', minimum: 0, maximum: 700 }, 5],
  [{ type: 'integer', minimum: 0, maximum: 7 }, 1],
  [{ type: 'number', minimum: 3, maximum: 3 }, 1],
] as const)('an arrow key moves the slider of %j by %d', (definition, step) => {
  expect(sliderStep(definition)).toBeCloseTo(step, 9);
});

test.each([
  ['number', ' 2,5 ', { value: 2.5 }],
  ['number', '1e3', { value: 1000 }],
  ['number', '', undefined],
  ['number', 'warm', undefined],
  ['number', 'Infinity', undefined],
  ['text', '', { value: '' }],
  ['json', '{"a":1}', { value: { a: 1 } }],
  ['json', '{a:1}', undefined],
] as const)('%s %j is %j', (kind, typed, read) => expect(readTyped(kind, typed)).toEqual(read));

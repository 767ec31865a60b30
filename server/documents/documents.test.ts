import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { readDocuments } from './documents.ts';

function issuesOf(documents: Parameters<typeof readDocuments>[0]) {
  try {
    readDocuments(documents);
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return error.issues;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('documents of a unit', () => {
  test('are read from text and from values alike', () => {
    const schema = { output_variables: { t: { type: 'number' } } };
    const example = { PIN: 4 };
    const fromText = readDocuments({ schema: JSON.stringify(schema), example: JSON.stringify(example) });
    expect(fromText).toEqual(readDocuments({ schema, example }));
    expect(fromText).toMatchObject({ document: schema, example, schema: { outputs: { t: { type: 'number' } } } });
  });

  test('are refused with all that is wrong in both', () => {
    const issues = issuesOf({ schema: { output_variables: { t: { type: 'float' } }, more: [] }, example: { A: null } });
    expect(issues?.map(({ path }) => path).toSorted()).toEqual([
      '/example/A',
      '/schema/more',
      '/schema/output_variables/t/type',
    ]);
  });

  test('that are no JSON say where', () => {
    const issues = issuesOf({ schema: '{\n  "output_variables": [}', example: '{"A": 1,}' });
    expect(issues?.map(({ path }) => path)).toEqual(['/schema', '/example']);
    expect(issues?.[0]?.message).toContain('line 2, column 24');
  });
});

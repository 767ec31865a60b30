import { describe, expect, test } from 'vitest';
import { directionOf, readDocuments } from '../documents/documents.ts';
import { readUnitExamples } from './examples.ts';

describe('the built-in examples', async () => {
  const examples = await readUnitExamples();

  test('are a weather station, a lamp and a door that can be read', () => {
    const directions = examples.map((one) => [one.title, directionOf(readDocuments(one).schema)]);
    expect(directions).toEqual([
      ['Weather station', 'tx'],
      ['Dimmer lamp', 'rxtx'],
      ['Alarmed door', 'rxtx'],
    ]);
  });

  test('tell an interval for every output, so that a silent one is seen to be late', () => {
    const outputs = examples.flatMap((one) => Object.values(readDocuments(one).schema.outputs));
    expect(outputs.map(({ interval }) => interval)).not.toContain(undefined);
  });
});

import { expect, test } from 'vitest';
import { newKeys, type Submission } from './endpoint.ts';

const submission = (...results: Partial<Submission['results'][number]>[]) => ({ results }) as Submission;

test('keys that could be outputs are offered once, as the newest submission has them, until there are such outputs', () => {
  const wind = { key: 'wind', offer: { type: 'number' as const } };
  const older = { key: 'wind', offer: { type: 'string' as const } };
  const impossible = { key: 'a/b', offer: null };
  const submissions = [submission(wind, impossible), submission(older, { key: 'rain', offer: { type: null } })];
  expect(newKeys(submissions, [{ name: 'temperature' }])).toEqual([
    { name: 'wind', type: 'number' },
    { name: 'rain', type: null },
  ]);
  expect(newKeys(submissions, [{ name: 'wind' }]).map(({ name }) => name)).toEqual(['rain']);
});

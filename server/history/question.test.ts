import { describe, expect, test } from 'vitest';
import { readQuestion } from './question.ts';

const now = Date.UTC(2026, 6, 1, 12);
const ask = (query: Partial<Parameters<typeof readQuestion>[0]>) =>
  readQuestion(
    { aggregate: 'raw', limit: 10_000, from: undefined, to: undefined, every: undefined, format: undefined, ...query },
    now,
  );

describe('readQuestion', () => {
  test('asks for the last day when no times are given', () => {
    expect(ask({}).span).toEqual({ from: now - 86_400_000, to: now });
  });

  test('takes times with any offset', () => {
    const { span } = ask({ from: '2026-07-01T02:00:00+02:00', to: '2026-07-01T01:00:00Z' });
    expect(span).toEqual({ from: Date.UTC(2026, 6, 1), to: Date.UTC(2026, 6, 1, 1) });
  });

  test('chooses about 500 periods when none is named', () => {
    expect(ask({ aggregate: 'mean' }).every).toEqual({ text: '5m', length: 300_000 });
    expect(ask({ aggregate: 'mean', every: '1h' }).every).toEqual({ text: '1h', length: 3_600_000 });
  });

  test.each([
    [{ from: '2026-07-02T00:00:00Z', to: '2026-07-01T00:00:00Z' }, '`from` must be before'],
    [{ from: '2026-07-01T00:00:00Z', to: '2026-07-01T00:00:00Z' }, '`from` must be before'],
    [{ from: '0000-01-01T00:00:00Z' }, '1970 and 9999'],
    [{ to: '9999-12-31T23:59:59-05:00' }, '1970 and 9999'],
    [{ every: '1h' }, 'needs an aggregate'],
    [{ aggregate: 'max', every: '4s' } as const, '21600 periods of 4s, 20000 is the most: ask for every=5s'],
  ])('%o is refused', (query, why) => {
    expect(() => ask(query)).toThrow(why);
  });
});

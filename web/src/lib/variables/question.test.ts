import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aggregates, aggregatesOf, usualAggregate } from './aggregate.ts';
import {
  lengthOf,
  periodLength,
  periodsFor,
  type Question,
  questionAddress,
  readQuestion,
  spanNames,
  spans,
  timesOf,
} from './question.ts';

const at = fc.integer({ min: 0, max: Date.UTC(9_999, 0) });
const times = fc.tuple(at, fc.integer({ min: 1, max: 1e9 })).map(([from, length]) => ({ from, to: from + length }));
const question: fc.Arbitrary<Question> = fc.record({
  time: fc.oneof(fc.constantFrom(...spanNames), times),
  aggregate: fc.option(fc.constantFrom(...aggregates), { nil: undefined }),
  every: fc.option(fc.constantFrom('1s', '15m', '6h', '30d'), { nil: undefined }),
});

describe('the address of a question', () => {
  test('is read as the same question', () => {
    fc.assert(
      fc.property(question, (asked) => {
        expect(readQuestion(new URLSearchParams(questionAddress(asked)))).toEqual(asked);
      }),
    );
  });

  test('of any other content is what it would be without', () => {
    const plain = { time: '24h', aggregate: undefined, every: undefined };
    for (const query of [
      '',
      'period=2h&aggregate=sum&every=0m',
      'from=yesterday&to=today',
      'from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z',
      'from=1969-12-31T00:00:00Z&to=1970-01-02T00:00:00Z',
      'from=2026-06-01T00:00:00Z',
      'every=1h30m',
    ]) {
      expect(readQuestion(new URLSearchParams(query)), query).toEqual(plain);
    }
  });
});

describe('the times of a question', () => {
  test('up to now hold now, have their length, and move in steps', () => {
    fc.assert(
      fc.property(fc.constantFrom(...spanNames), at, (time, now) => {
        const { from, to } = timesOf({ time, aggregate: undefined, every: undefined }, now);
        expect(to - from).toBe(spans[time]);
        expect(to).toBeGreaterThan(now);
        expect(to - now).toBeLessThanOrEqual(Math.max(1_000, spans[time] / 500));
      }),
    );
    const minuteOfDay = (now: number) => timesOf({ time: '24h', aggregate: undefined, every: undefined }, now).to;
    expect(minuteOfDay(1)).toBe(minuteOfDay(172_799));
    expect(minuteOfDay(172_800)).toBe(2 * minuteOfDay(1));
  });

  test('that are fixed stay', () => {
    const fixed: Question = { time: { from: 5, to: 10 }, aggregate: undefined, every: undefined };
    expect(timesOf(fixed, 1e12)).toEqual({ from: 5, to: 10 });
    expect(lengthOf(fixed)).toBe(5);
  });
});

test('periods to choose are neither one for all nor more than a server would make', () => {
  expect(periodsFor(spans['1h'])).toEqual(['1s', '10s', '1m', '5m', '15m']);
  expect(periodsFor(spans['365d'])).toEqual(['6h', '1d', '7d', '30d']);
  expect(periodsFor(1_000)).toEqual([]);
  expect(periodLength('15m')).toBe(900_000);
});

test('a type has the aggregates that make sense, and its usual one is among them', () => {
  for (const type of ['number', 'integer', 'boolean', 'string', 'object', 'array', undefined] as const) {
    for (const span of spanNames) expect(aggregatesOf(type)).toContain(usualAggregate(type, spans[span]));
  }
  expect(aggregatesOf('string')).not.toContain('mean');
  expect(aggregatesOf('number')).toContain('median');
  expect(usualAggregate('number', spans['1h'])).toBe('raw');
  expect(usualAggregate('number', spans['6h'])).toBe('envelope');
  expect(usualAggregate('boolean', spans['7d'])).toBe('last');
});

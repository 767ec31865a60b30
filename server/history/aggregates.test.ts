import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { testInstance } from '../testing/instance.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Aggregate } from './question.ts';
import { makeVariable, type Sample, storeSamples, storeTexts } from './testing.ts';

const croft = await testInstance();
const reader = await croft.administrator();
afterAll(() => croft.close());

type Reply = { points: [number, ...JsonValue[]][]; every: string; truncated: boolean };

const send = (id: string, query: Record<string, string>) =>
  reader.send('GET /api/variables/:id/history', { params: { id }, query });

async function ask(uuid: string, query: Record<string, string>): Promise<Reply> {
  const response = await send(uuid, query);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text) as Reply;
}

async function stored(samples: readonly Sample[]): Promise<string> {
  const { id, uuid } = await makeVariable(croft.db);
  await storeSamples(croft.db, id, samples);
  return uuid;
}

/** What each aggregate means, in plain words of JavaScript; the samples of a period come in order of time and arrival. */
const plain: Record<Aggregate, (values: JsonValue[]) => JsonValue[] | undefined> = {
  mean: numeric((numbers) => [meanOf(numbers)]),
  min: numeric((numbers) => [Math.min(...numbers)]),
  max: numeric((numbers) => [Math.max(...numbers)]),
  median: numeric((numbers) => [medianOf(numbers)]),
  envelope: numeric((numbers) => [meanOf(numbers), Math.min(...numbers), Math.max(...numbers)]),
  count: (values) => [values.length],
  last: (values) => values.slice(-1),
};

function numeric(measure: (numbers: number[]) => JsonValue[]) {
  return (values: JsonValue[]) => {
    const numbers = values.filter((value) => ['number', 'boolean'].includes(typeof value)).map(Number);
    return numbers.length > 0 ? measure(numbers) : undefined;
  };
}

const meanOf = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

function medianOf(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return meanOf(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1));
}

function plainly(samples: readonly Sample[], from: number, to: number, every: number, aggregate: Aggregate) {
  const chosen = samples.filter(([at]) => at >= from && at < to).toSorted(([a], [b]) => a - b);
  const periods = Map.groupBy(chosen, ([at]) => Math.floor(at / every) * every);
  return [...periods].flatMap(([at, inside]) => {
    const cells = plain[aggregate](inside.map(([, value]) => value));
    return cells ? [[at, ...cells]] : [];
  });
}

const rounded = (points: JsonValue[][]) =>
  points.map((point) => point.map((cell) => (typeof cell === 'number' ? Number(cell.toPrecision(10)) : cell)));

const epoch = Date.UTC(2026, 5, 1);
const minute = 60_000;
const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((whole) => whole / 64);
const anything = fc.oneof(number, fc.boolean(), fc.constantFrom<JsonValue>('on', null, { a: 1 }, [2]));
const at = fc.integer({ min: epoch, max: epoch + 10 * minute });
const series = (value: fc.Arbitrary<JsonValue>) => fc.array(fc.tuple(at, value), { maxLength: 60 });
const periods = { '1s': 1_000, '7s': 7_000, '1m': minute, '1d': 86_400_000 };

describe.each(Object.keys(plain) as Aggregate[])('%s', (aggregate) => {
  test.each([
    ['numbers', number],
    ['values of any kind', anything],
  ])('of %s is what plain JavaScript makes of them', async (_, value) => {
    const every = fc.constantFrom(...(Object.keys(periods) as (keyof typeof periods)[]));
    await fc.assert(
      fc.asyncProperty(series(value), at, at, every, async (samples, one, other, every) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other) + 1];
        const times = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
        const { points } = await ask(await stored(samples), { ...times, every, aggregate });
        expect(rounded(points)).toEqual(rounded(plainly(samples, from, to, periods[every], aggregate)));
      }),
      { numRuns: 25 },
    );
  });
});

describe('aggregates', () => {
  const times = { from: '2026-06-01T00:00:00Z', to: '2026-06-02T00:00:00Z' };

  test('choose a period for a chart and say which', async () => {
    const uuid = await stored([[epoch + 1, 2]]);
    expect(await ask(uuid, { ...times, aggregate: 'mean' })).toMatchObject({ every: '5m', points: [[epoch, 2]] });
  });

  test('are cut at the limit', async () => {
    const uuid = await stored([1, 2, 3].map((value): Sample => [epoch + value * minute, value]));
    const all = { ...times, aggregate: 'max', every: '1m' };
    expect(await ask(uuid, { ...all, limit: '3' })).toMatchObject({ truncated: false });
    expect(await ask(uuid, { ...all, limit: '2' })).toMatchObject({
      truncated: true,
      points: [
        [epoch + minute, 1],
        [epoch + 2 * minute, 2],
      ],
    });
  });

  test('of large values are cut before they fill the memory', async () => {
    const { id, uuid } = await makeVariable(croft.db);
    await storeTexts(croft.db, id, epoch, 9_000);
    const { points, truncated } = await ask(uuid, {
      ...times,
      to: '2026-06-01T03:00:00Z',
      aggregate: 'last',
      every: '1s',
    });
    expect(truncated).toBe(true);
    expect(points.length).toBeGreaterThan(7_000);
    expect(points.length).toBeLessThan(9_000);
  });

  test('of values near the largest number are told as too large, not as a failure', async () => {
    const uuid = await stored([
      [epoch, 1e200],
      [epoch + 1, 3e200],
    ]);
    expect(await ask(uuid, { ...times, aggregate: 'mean' })).toMatchObject({ points: [[epoch, 2e200]] });

    const huge = await stored([
      [epoch, 1.7e308],
      [epoch + 1, 1.7e308],
    ]);
    const response = await send(huge, { ...times, aggregate: 'mean' });
    expect(response.status).toBe(422);
  });
});

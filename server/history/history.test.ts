import { afterAll, describe, expect, test } from 'vitest';
import { eventually } from '../testing/eventually.ts';
import { testInstance } from '../testing/instance.ts';
import { makeVariable, type Sample, storeCount, storeSamples, storeTexts } from './testing.ts';

const croft = await testInstance();
afterAll(() => croft.close());

const start = Date.UTC(2026, 5, 1);
const june = 'from=2026-06-01T00:00:00Z&to=2026-07-01T00:00:00Z';

const ask = (uuid: string, query: string, headers: Record<string, string> = {}) =>
  fetch(`${croft.url}/api/variables/${uuid}/history?${query}`, { headers });

async function stored(...samples: Sample[]): Promise<string> {
  const { id, uuid } = await makeVariable(croft.db);
  await storeSamples(croft.db, id, samples);
  return uuid;
}

describe('raw history', () => {
  test('is in order of time, values at the same moment in order of arrival', async () => {
    const uuid = await stored(
      [start + 2_000, 1],
      [start + 1_000, -0.5],
      [start + 2_000, 'on'],
      [start + 2_000, null],
      [start + 1_500, { a: [true] }],
    );
    const response = await ask(uuid, june);
    expect(response.status).toBe(200);
    expect(response.headers.get('croft-truncated')).toBeNull();
    expect(await response.json()).toEqual({
      variable: uuid,
      aggregate: 'raw',
      every: null,
      points: [
        [start + 1_000, -0.5],
        [start + 1_500, { a: [true] }],
        [start + 2_000, 1],
        [start + 2_000, 'on'],
        [start + 2_000, null],
      ],
      truncated: false,
    });
  });

  test('begins with `from` and ends before `to`', async () => {
    const uuid = await stored([start + 999, 1], [start + 1_000, 2], [start + 1_999, 3], [start + 2_000, 4]);
    const response = await ask(uuid, 'from=2026-06-01T00:00:01Z&to=2026-06-01T02:00:02%2B02:00');
    expect(await response.json()).toMatchObject({
      points: [
        [start + 1_000, 2],
        [start + 1_999, 3],
      ],
    });
  });

  test('is the last day when no times are given', async () => {
    const now = Date.now();
    const uuid = await stored([now - 90_000_000, 1], [now - 80_000_000, 2], [now - 1_000, 3], [now + 60_000, 4]);
    const { points } = (await (await ask(uuid, '')).json()) as { points: unknown[][] };
    expect(points.map(([, value]) => value)).toEqual([2, 3]);
  });

  test('comes as CSV, by Accept or by format', async () => {
    const uuid = await stored([start, 1.5], [start + 1, '=HYPERLINK("http://x")'], [start + 2, 'a,b']);
    const csv = [
      'time,value',
      '2026-06-01T00:00:00.000Z,1.5',
      '2026-06-01T00:00:00.001Z,"\'=HYPERLINK(""http://x"")"',
      '2026-06-01T00:00:00.002Z,"a,b"',
      '',
    ].join('\r\n');
    const accepted = await ask(uuid, june, { Accept: 'text/csv' });
    expect(accepted.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(accepted.headers.get('content-disposition')).toBe('attachment; filename="air, °C.csv"');
    expect(accepted.headers.get('vary')).toContain('Accept');
    expect(await accepted.text()).toBe(csv);
    expect(await (await ask(uuid, `${june}&format=csv`)).text()).toBe(csv);
    expect((await ask(uuid, june, { Accept: 'text/html,*/*;q=0.8' })).headers.get('content-type')).toContain('json');
  });

  test('of 200,000 values comes whole, every one once and in order', async () => {
    const { id, uuid } = await makeVariable(croft.db);
    await storeCount(croft.db, id, start, 200_000);
    const response = await ask(uuid, `${june}&limit=1000000&format=ndjson`);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(200_000);
    expect(lines.findIndex((line, i) => line !== `[${start + Math.floor(i / 7) * 100},${i}]`)).toBe(-1);
  });

  test('of large values comes whole, although fewer of them are read at once', async () => {
    const { id, uuid } = await makeVariable(croft.db);
    await storeTexts(croft.db, id, start, 6_000);
    const { points } = (await (await ask(uuid, june)).json()) as { points: [number, string][] };
    expect(points.map(([at]) => at)).toEqual(Array.from({ length: 6_000 }, (_, i) => start + i * 1_000));
    expect(new Set(points.map(([, text]) => text)).size).toBe(1);
  });

  test('is cut at the limit, which is told', async () => {
    const { id, uuid } = await makeVariable(croft.db);
    await storeCount(croft.db, id, start, 12_001);
    for (const [limit, isCut] of [
      [5, true],
      [5_000, true],
      [12_000, true],
      [12_001, false],
      [20_000, false],
    ] as const) {
      const response = await ask(uuid, `${june}&limit=${limit}`);
      const reply = (await response.json()) as { points: unknown[]; truncated: boolean };
      expect(reply.points).toHaveLength(Math.min(limit, 12_001));
      expect(reply.truncated).toBe(isCut);
      expect(response.headers.get('croft-truncated')).toBe(isCut ? '1' : null);
    }
  });
});

describe('who may read, and what is refused', () => {
  test.each([
    ['public', 200],
    ['trusted', 404],
    ['local', 404],
    ['private', 404],
  ] as const)('a %s variable answers %i to somebody without an account', async (visibility, status) => {
    const { id, uuid } = await makeVariable(croft.db, visibility);
    await storeSamples(croft.db, id, [[start, 7]]);
    const response = await ask(uuid, june);
    expect(response.status).toBe(status);
    expect((await response.text()).includes('7]')).toBe(status === 200);
  });

  test('its owner and nobody else reads a private one', async () => {
    const ada = await croft.user('ada');
    const unit = await ada.call('POST /api/units/virtual', { body: { simulation: 'weather-station' } });
    const output = unit.variables.find(({ direction }) => direction === 'output');
    const params = { id: output?.id };
    const key = 'GET /api/variables/:id/history';
    await eventually(async () => {
      const { points } = (await (await ada.send(key, { params })).json()) as { points: unknown[] };
      expect(points.length).toBeGreaterThan(0);
    });
    expect((await (await croft.user('eve')).send(key, { params })).status).toBe(404);
    expect((await croft.anonymous.send(key, { params })).status).toBe(404);
  });

  test('questions that make no sense are answered as problems', async () => {
    const uuid = await stored([start, 1]);
    for (const [query, message] of [
      ['from=2026-06-02T00:00:00Z&to=2026-06-01T00:00:00Z', '`from` must be before `to`.'],
      [`${june}&aggregate=mean&every=1m`, '20000 is the most: ask for every=5m'],
      [`${june}&every=1m`, 'needs an aggregate'],
      [`${june}&limit=0`, 'limit'],
    ]) {
      const response = await ask(uuid, query ?? '');
      expect(response.status).toBe(422);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(((await response.json()) as { title: string }).title).toContain(message);
    }
  });
});

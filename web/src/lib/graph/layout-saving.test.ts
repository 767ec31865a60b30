import { beforeEach, expect, test, vi } from 'vitest';
import { createLayoutSaving } from './layout-saving.ts';
import type { Point } from './place-units.ts';

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

const points = (...all: [string, number][]) => new Map<string, Point>(all.map(([id, x]) => [id, { x, y: 0 }]));

function saving(stored: Map<string, Point>, shown: Map<string, Point>) {
  const sent: string[][] = [];
  const parts = createLayoutSaving({
    stored,
    shown,
    send: async (positions) => sent.push(positions.map(({ unit, x }) => `${unit} ${x}`)),
    onError: () => {},
  });
  return { ...parts, sent };
}

test('a canvas that nobody touched is not stored', () => {
  const { note, sent } = saving(points(), points(['a', 1], ['b', 2]));
  note(points(['a', 1], ['b', 2]));
  vi.runAllTimers();
  expect(sent).toEqual([]);
});

test('the first move stores all, the next ones what moved, once it rests', () => {
  const { note, sent } = saving(points(), points(['a', 1], ['b', 2]));
  for (const x of [5, 6, 7]) note(points(['a', x], ['b', 2]));
  vi.runAllTimers();
  note(points(['a', 8], ['b', 2]));
  vi.runAllTimers();
  expect(sent).toEqual([['a 7', 'b 2'], ['a 8']]);
});

test('who leaves at once loses nothing', () => {
  const { note, flush, sent } = saving(points(['a', 1]), points(['a', 1]));
  note(points(['a', 3]));
  flush();
  flush();
  expect(sent).toEqual([['a 3']]);
});

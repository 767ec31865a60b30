import { expect, test } from 'vitest';
import { arrange } from './arrange.ts';
import { cardHeight, cardWidth, portPoints } from './card-size.ts';
import type { GraphUnit, Port } from './graph.ts';
import { type Point, placeUnits } from './place-units.ts';

const port = (id: string, direction: Port['direction']) => ({ id, direction }) as Port;

function unit(id: string, position: Point | null = null, ports = 3): GraphUnit {
  const variables = Array.from({ length: ports }, (_, n) => port(`${id}${n}`, n % 2 ? 'input' : 'output'));
  return { id, position, variables } as GraphUnit;
}

function overlaps(units: GraphUnit[], points: Map<string, Point>): string[] {
  const at = (one: GraphUnit) => points.get(one.id) ?? { x: NaN, y: NaN };
  return units.flatMap((a, index) =>
    units
      .slice(index + 1)
      .filter((b) => {
        const beside = Math.abs(at(a).x - at(b).x) >= cardWidth;
        const above = at(a).y < at(b).y ? at(b).y - at(a).y >= cardHeight(a) : at(a).y - at(b).y >= cardHeight(b);
        return !beside && !above;
      })
      .map((b) => `${a.id} ${b.id}`),
  );
}

test('what is linked stands from left to right, what is not stands below, and nothing lies over another', () => {
  const units = [...'abcdefgh'].map((id, index) => unit(id, null, index + 1));
  const points = arrange(units, [
    { source: 'c', target: 'b' },
    { source: 'b', target: 'a' },
    { source: 'b', target: 'b' },
  ]);
  const [a, b, c, d] = [...'abcd'].map((id) => points.get(id));
  expect(c?.x).toBeLessThan(b?.x ?? 0);
  expect(b?.x).toBeLessThan(a?.x ?? 0);
  expect(d?.y).toBeGreaterThan(a?.y ?? 0);
  expect(overlaps(units, points)).toEqual([]);
});

test('loops end', () => {
  const units = [unit('a'), unit('b')];
  const round = [
    { source: 'a', target: 'b' },
    { source: 'b', target: 'a' },
  ];
  expect(overlaps(units, arrange(units, round))).toEqual([]);
});

test('units that were laid out stay, the others come below them', () => {
  const units = [unit('a', { x: 500, y: 900 }), unit('b'), unit('c', { x: 0, y: -50 })];
  const points = placeUnits(units);
  expect(points.get('a')).toEqual({ x: 500, y: 900 });
  expect(points.get('b')).toEqual({ x: 0, y: 900 + cardHeight(unit('a')) + 40 });
  expect(overlaps(units, points)).toEqual([]);
});

test('inputs are at the left edge, outputs at the right, each in the middle of its row', () => {
  expect(portPoints(unit('a'))).toEqual([
    { id: 'a1', direction: 'input', x: 0, y: 78 },
    { id: 'a0', direction: 'output', x: cardWidth, y: 78 },
    { id: 'a2', direction: 'output', x: cardWidth, y: 122 },
  ]);
});

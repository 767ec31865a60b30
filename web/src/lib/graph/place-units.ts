import { cardHeight, cardWidth } from './card-size.ts';
import type { GraphUnit } from './graph.ts';

export type Point = { x: number; y: number };
/** What laying out needs to know of a unit. */
export type Card = { id: string; variables: readonly { direction: 'input' | 'output' }[] };

/** Pixels between cards. */
export const gap = 40;

/** Positions as they are stored; units without one are put below the others. */
export function placeUnits(units: readonly GraphUnit[]): Map<string, Point> {
  const placed = units.filter(({ position }) => position !== null);
  const bottom = Math.max(0, ...placed.map((unit) => (unit.position?.y ?? 0) + cardHeight(unit) + gap));
  const left = placed.length > 0 ? Math.min(...placed.map(({ position }) => position?.x ?? 0)) : 0;
  const points = grid(
    units.filter(({ position }) => position === null),
    bottom,
    left,
  );
  for (const { id, position } of placed) if (position) points.set(id, position);
  return points;
}

/** Rows of cards, in the order given. */
export function grid(cards: readonly Card[], top: number, left = 0): Map<string, Point> {
  const columns = Math.max(3, Math.ceil(Math.sqrt(cards.length)));
  const points = new Map<string, Point>();
  let y = top;
  for (let first = 0; first < cards.length; first += columns) {
    const row = cards.slice(first, first + columns);
    for (const [column, { id }] of row.entries()) points.set(id, { x: left + column * (cardWidth + gap), y });
    y += Math.max(...row.map(cardHeight)) + gap;
  }
  return points;
}

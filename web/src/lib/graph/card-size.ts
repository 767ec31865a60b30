import { type GraphUnit, inputsOf, outputsOf } from './graph.ts';

/**
 * A card has the same measures whatever stands on it (pixels at zoom 1), so that links can be drawn to cards which are out of
 * sight and were never rendered.
 */
export const cardWidth = 288;
export const headHeight = 56;
export const portHeight = 44;
const footHeight = 8;

type Shape = { variables: readonly { direction: 'input' | 'output' }[] };

export function cardHeight(unit: Shape): number {
  const inputs = unit.variables.filter(({ direction }) => direction === 'input').length;
  return headHeight + Math.max(inputs, unit.variables.length - inputs) * portHeight + footHeight;
}

/** Where a link meets the card, from its top left corner: inputs at the left edge, outputs at the right one. */
export function portPoints(unit: GraphUnit): { id: string; direction: 'input' | 'output'; x: number; y: number }[] {
  const middle = (index: number) => headHeight + (index + 0.5) * portHeight;
  const inputs = inputsOf(unit).map(({ id }, index) => ({ id, direction: 'input' as const, x: 0, y: middle(index) }));
  const outputs = outputsOf(unit).map(({ id }, index) => ({
    id,
    direction: 'output' as const,
    x: cardWidth,
    y: middle(index),
  }));
  return [...inputs, ...outputs];
}

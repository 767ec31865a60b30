import { type Edge, type Node, Position } from '@xyflow/svelte';
import { m } from '#lib/paraglide/messages.js';
import { cardHeight, cardWidth, portPoints } from './card-size.ts';
import { type GraphUnit, type Line, type Place, placeName } from './graph.ts';
import type { Point } from './place-units.ts';

export type CardNode = Node<{ unit: GraphUnit; takeOff: (unit: string) => void }, 'unit'>;
export type LinkLine = Edge<Record<string, never>, 'link'>;

/** Pixels; how wide a handle is. */
const handle = 12;

/** A card for the canvas. Its measures are known, so that it need not be rendered to be linked. */
export function cardOf(unit: GraphUnit, position: Point, takeOff: (unit: string) => void): CardNode {
  return {
    id: unit.id,
    type: 'unit',
    position,
    data: { unit, takeOff },
    measured: { width: cardWidth, height: cardHeight(unit) },
    handles: portPoints(unit).map(({ id, direction, x, y }) => ({
      id,
      type: direction === 'input' ? 'target' : 'source',
      position: direction === 'input' ? Position.Left : Position.Right,
      x: x - handle / 2,
      y: y - handle / 2,
      width: handle,
      height: handle,
    })),
    deletable: unit.isAdded,
    ariaLabel: unit.name,
    domAttributes: { 'aria-roledescription': m.graph_card() },
  };
}

/** A link for the canvas; undefined when one of its ends is not on it. */
export function lineOf(line: Line, placeOf: (port: string | null) => Place | undefined): LinkLine | undefined {
  const [from, to] = [placeOf(line.output), placeOf(line.input)];
  if (!from || !to) return undefined;
  return {
    id: line.id,
    type: 'link',
    source: from.unit.id,
    target: to.unit.id,
    sourceHandle: from.port.id,
    targetHandle: to.port.id,
    ariaLabel: `${placeName(from)} → ${placeName(to)}`,
    domAttributes: { 'aria-roledescription': m.graph_link() },
  };
}

/** What is on the canvas already stays as it is (its place, its selection) unless it changed. */
export function merged(before: readonly CardNode[], units: readonly GraphUnit[], make: (unit: GraphUnit) => CardNode) {
  const known = new Map(before.map((node) => [node.id, node]));
  return units.map((unit) => {
    const node = known.get(unit.id);
    if (!node) return make(unit);
    return node.data.unit === unit
      ? node
      : { ...make(unit), position: node.position, selected: node.selected ?? false };
  });
}

export function mergedLines(before: readonly LinkLine[], after: readonly LinkLine[]): LinkLine[] {
  const known = new Map(before.map((line) => [line.id, line]));
  return after.map((line) => {
    const same = known.get(line.id);
    return same &&
      same.sourceHandle === line.sourceHandle &&
      same.targetHandle === line.targetHandle &&
      same.ariaLabel === line.ariaLabel
      ? same
      : line;
  });
}

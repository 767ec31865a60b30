import { Graph as Drawing, layout } from '@dagrejs/dagre';
import { cardHeight, cardWidth } from './card-size.ts';
import { type Card, gap, grid, type Point } from './place-units.ts';

/** A link as far as it is drawn: between two units. */
export type Span = { source: string; target: string };

/** Pixels. */
const gapBetweenRanks = 140;

/**
 * Where all units stand by themselves: what is linked from left to right as values flow (Sugiyama's layers, by dagre), what is
 * not linked in a grid below, in the order given. 1,000 links take up to 10 s: see arrange-aside.ts.
 */
export function arrange(cards: readonly Card[], spans: readonly Span[]): Map<string, Point> {
  const linked = new Set(spans.flatMap(({ source, target }) => (source === target ? [] : [source, target])));
  const points = layers(
    cards.filter(({ id }) => linked.has(id)),
    spans,
  );
  const bottom = Math.max(
    0,
    ...cards.map((card) => (points.get(card.id)?.y ?? -cardHeight(card) - gap) + cardHeight(card) + gap),
  );
  const loose = cards.filter(({ id }) => !linked.has(id));
  for (const [id, point] of grid(loose, bottom)) points.set(id, point);
  return points;
}

function layers(cards: readonly Card[], spans: readonly Span[]): Map<string, Point> {
  const drawing = new Drawing();
  drawing.setGraph({ rankdir: 'LR', nodesep: gap, ranksep: gapBetweenRanks, ranker: 'tight-tree' });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const card of cards) drawing.setNode(card.id, { width: cardWidth, height: cardHeight(card) });
  for (const { source, target } of spans) {
    if (source !== target && drawing.hasNode(source) && drawing.hasNode(target)) drawing.setEdge(source, target);
  }
  layout(drawing);
  return new Map(
    cards.map((card) => {
      const { x = 0, y = 0 } = drawing.node(card.id);
      return [card.id, { x: Math.round(x - cardWidth / 2), y: Math.round(y - cardHeight(card) / 2) }];
    }),
  );
}

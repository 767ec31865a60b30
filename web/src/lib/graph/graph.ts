import { titleOf } from '#lib/units/unit.ts';
import type { ApiReply } from '../../../../server/contract.ts';

/** Units and the links between them, as one canvas shows them. */
export type Graph = ApiReply<'GET /api/graph'>;
export type GraphUnit = Graph['units'][number];
/** A link as it is drawn; `own` is what the caller may know and change of it. */
export type Line = Graph['links'][number];
/** A variable as it stands on a card. */
export type Port = GraphUnit['variables'][number];
/** A link with all that its owner may know of it. */
export type Link = ApiReply<'GET /api/links/:id'>;
export type Counters = Link['counters'];
/** What becomes of a value on its way. */
export type Transform = NonNullable<Link['transform']>;

/** What a canvas depends on: `invalidate(graphKey)` when it is to be loaded anew. */
export const graphKey = 'croft:graph';

/** A port with the unit that it belongs to. */
export type Place = { unit: GraphUnit; port: Port };

/** All ports of a canvas by their UUID. */
export function placesOf(units: readonly GraphUnit[]): Map<string, Place> {
  return new Map(units.flatMap((unit) => unit.variables.map((port) => [port.id, { unit, port }])));
}

export const inputsOf = (unit: GraphUnit) => unit.variables.filter(({ direction }) => direction === 'input');
export const outputsOf = (unit: GraphUnit) => unit.variables.filter(({ direction }) => direction === 'output');

/** A port in one line, as in `Shed · Air temperature`; another's with the owner before it. */
export function placeName({ unit, port }: Place): string {
  return `${unit.isOwn ? '' : `${unit.owner}: `}${unit.name} · ${titleOf(port)}`;
}

/** A link in one line, by its ends; one that may not be seen is left out. */
export const lineName = (from: Place | undefined, to: Place | undefined) =>
  `${from ? placeName(from) : '…'} → ${to ? placeName(to) : '…'}`;

/** Links as far as they are drawn: from unit to unit. */
export const spansOf = (lines: readonly Line[], placeOf: (port: string | null) => Place | undefined) =>
  lines.flatMap(({ output, input }) => {
    const [from, to] = [placeOf(output), placeOf(input)];
    return from && to ? [{ source: from.unit.id, target: to.unit.id }] : [];
  });

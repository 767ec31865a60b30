import type { ApiReply } from '../../../../server/contract.ts';

type Sector = ApiReply<'GET /api/sectors'>[number];
export type PlacedUnit = Pick<ApiReply<'GET /api/units'>[number], 'id' | 'name' | 'sector' | 'presence'>;

export type SectorNode = { id: string; name: string; path: string; sectors: SectorNode[]; units: PlacedUnit[] };
/** What stands at the top: the first sectors, and units that are in none. */
export type SectorTree = Pick<SectorNode, 'sectors' | 'units'>;

/** Sectors and units as a tree, each level by name. What names a sector that is not there stands at the top. */
export function sectorTree(sectors: readonly Sector[], units: readonly PlacedUnit[], locale: string): SectorTree {
  const byName = new Intl.Collator(locale, { numeric: true });
  const sorted = <T extends { name: string }>(all: readonly T[]) =>
    all.toSorted((a, b) => byName.compare(a.name, b.name));
  const top: SectorTree = { sectors: [], units: [] };
  const nodes = new Map(
    sorted(sectors).map(({ id, name, path }) => [id, { id, name, path, sectors: [], units: [] } as SectorNode]),
  );
  const placeOf = (id: string | null) => (id === null ? undefined : nodes.get(id)) ?? top;
  for (const sector of sorted(sectors)) {
    const node = nodes.get(sector.id);
    if (node) placeOf(sector.parent).sectors.push(node);
  }
  for (const unit of sorted(units)) placeOf(unit.sector).units.push(unit);
  return top;
}

import type { ApiReply } from '../../../../server/contract.ts';
import type { Unit } from './unit.ts';

type Sector = ApiReply<'GET /api/sectors'>[number];

/** A heading for what lies in one sector (undefined: in none), or a unit. */
export type UnitListRow = { kind: 'sector'; sector: Sector | undefined; count: number } | { kind: 'unit'; unit: Unit };

/**
 * Units under the sectors they are in, in the order of the sectors; those in none come last. A sector without units has
 * its heading too, where it holds no other sectors: it is a place to put some.
 */
export function unitRows(sectors: readonly Sector[], units: readonly Unit[], locale: string): UnitListRow[] {
  const byName = new Intl.Collator(locale, { numeric: true });
  const parents = new Set(sectors.map(({ parent }) => parent));
  const known = new Set(sectors.map(({ id }) => id));
  const placed = Map.groupBy(units, ({ sector }) => (sector !== null && known.has(sector) ? sector : null));
  const group = (id: string | null, sector: Sector | undefined): UnitListRow[] => {
    const inside = (placed.get(id) ?? []).toSorted((a, b) => byName.compare(a.name, b.name));
    if (inside.length === 0 && (!sector || parents.has(sector.id))) return [];
    return [
      { kind: 'sector', sector, count: inside.length },
      ...inside.map((unit) => ({ kind: 'unit' as const, unit })),
    ];
  };
  return [...sectors.flatMap((sector) => group(sector.id, sector)), ...group(null, undefined)];
}

/** Whether a unit's name, address or a variable's name has all the words that were typed. */
export function matches({ name, address, variables }: Unit, typed: string): boolean {
  const text = [name, address, ...variables.flatMap((one) => [one.name, one.definition.title])].join(' ').toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

export const rowKey = (row: UnitListRow) => (row.kind === 'unit' ? row.unit.id : (row.sector?.id ?? 'none'));

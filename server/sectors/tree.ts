import { formatPath } from './path.ts';

export type SectorRow = { id: number; uuid: string; parentId: number | null; name: string };

const collator = new Intl.Collator('en', { numeric: true });

/** One user's sectors as a tree; the rows must be all of them. */
export function createTree(rows: readonly SectorRow[]) {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const byUuid = new Map(rows.map((row) => [row.uuid, row]));
  const byParent = Map.groupBy(rows, (row) => row.parentId);

  const parentOf = (row: SectorRow) => (row.parentId === null ? undefined : byId.get(row.parentId));

  function namesOf(row: SectorRow): string[] {
    const parent = parentOf(row);
    return parent ? [...namesOf(parent), row.name] : [row.name];
  }

  const below = (parentId: number | null) => byParent.get(parentId) ?? [];

  return {
    size: rows.length,
    byUuid: (uuid: string) => byUuid.get(uuid.toLowerCase()),
    parentOf,
    below,
    pathOf: (row: SectorRow) => formatPath(namesOf(row)),
    /** 1 at the top. */
    depthOf: (row: SectorRow) => namesOf(row).length,
    /** Levels from this sector down: 1 when nothing is below it. */
    heightOf: function heightOf(row: SectorRow): number {
      return 1 + Math.max(0, ...below(row.id).map(heightOf));
    },
    /** Whether `row` is `above` or lies somewhere below it. */
    isWithin: function isWithin(row: SectorRow, above: SectorRow): boolean {
      if (row.id === above.id) return true;
      const parent = parentOf(row);
      return parent !== undefined && isWithin(parent, above);
    },
    /** All of them, each after its parent, brothers by name. */
    inOrder: function inOrder(parentId: number | null = null): SectorRow[] {
      const brothers = below(parentId).toSorted((a, b) => collator.compare(a.name, b.name));
      return brothers.flatMap((row) => [row, ...inOrder(row.id)]);
    },
  };
}

export type Tree = ReturnType<typeof createTree>;

import { v7 } from 'uuid';
import type { Db } from '../database/connection.ts';
import { conflict, notFound } from '../errors.ts';
import { deepestSector, parsePath, tooDeep } from './path.ts';
import { deleteSector, insertSector, lockSectors, sectorsOf, unitNamesIn, updateSector } from './store.ts';
import { createTree, type SectorRow, type Tree } from './tree.ts';

/** How many sectors a user may have. */
const mostSectors = 1_000;

/** Runs a change of a user's tree, alone: what it reads stays true until it has committed. */
export function changeTree<T>(db: Db, ownerId: number, change: (tx: Db, tree: Tree) => Promise<T>): Promise<T> {
  return db.transaction().execute(async (tx) => {
    await lockSectors(tx, ownerId);
    return change(tx, createTree(await sectorsOf(tx, ownerId)));
  });
}

/** The sector at this path, made with all that is missing above it. @returns the uuid */
export async function makePath(tx: Db, tree: Tree, ownerId: number, path: string): Promise<string> {
  const [top, ...below] = parsePath(path);
  let size = tree.size;
  const step = async (name: string, parentId: number | null) => {
    const known = tree.below(parentId).find((row) => row.name === name);
    if (known) return known;
    if (++size > mostSectors) throw conflict(`There can be ${mostSectors} sectors at most.`);
    return insertSector(tx, { uuid: v7(), ownerId, parentId, name });
  };
  let row = await step(top, null);
  for (const name of below) row = await step(name, row.id);
  return row.uuid;
}

/** Renames, moves, or both at once; `parent: null` is the top. */
export async function moveSector(
  tx: Db,
  tree: Tree,
  uuid: string,
  change: { name?: string; parent?: string | null },
): Promise<void> {
  const row = found(tree, uuid);
  const parent = change.parent === undefined ? tree.parentOf(row) : change.parent && found(tree, change.parent);
  const moved = { ...row, name: change.name ?? row.name, parentId: parent ? parent.id : null };
  if (parent) refuseImpossible(tree, row, parent);
  refuseClash(tree, moved, parent ? tree.pathOf(parent) : '');
  await updateSector(tx, moved);
}

/** Removes a sector that holds nothing. */
export async function removeSector(tx: Db, tree: Tree, uuid: string): Promise<void> {
  const row = found(tree, uuid);
  const sectors = tree.below(row.id).map((child) => child.name);
  const units = await unitNamesIn(tx, row.id);
  const content = [...listed('sector', sectors), ...listed('unit', units)].join(' and ');
  if (content) throw conflict(`${tree.pathOf(row)} holds ${content}: move or delete that first.`);
  await deleteSector(tx, row.id);
}

function found(tree: Tree, uuid: string): SectorRow {
  const row = tree.byUuid(uuid);
  if (!row) throw notFound('sector');
  return row;
}

function refuseImpossible(tree: Tree, row: SectorRow, parent: SectorRow): void {
  if (tree.isWithin(parent, row)) throw conflict(`${tree.pathOf(row)} cannot be moved into itself.`);
  if (tree.depthOf(parent) + tree.heightOf(row) > deepestSector) throw conflict(tooDeep);
}

function refuseClash(tree: Tree, moved: SectorRow, parentPath: string): void {
  const clash = tree.below(moved.parentId).some((row) => row.name === moved.name && row.id !== moved.id);
  if (clash) throw conflict(`There is already a sector ${parentPath}/${moved.name}.`);
}

/** `3 units (Lamp, Door, …)`, as many names as fit a line. */
function listed(noun: string, names: string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.length > 5 ? [...names.slice(0, 5), '…'] : names;
  return [`${names.length} ${noun}${names.length === 1 ? '' : 's'} (${shown.join(', ')})`];
}

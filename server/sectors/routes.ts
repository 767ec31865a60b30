import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import { routes } from '../http/router.ts';
import { changeTree, makePath, moveSector, removeSector } from './arrange.ts';
import { sectorsContract } from './contract.ts';
import { sectorsOf } from './store.ts';
import { createTree, type SectorRow, type Tree } from './tree.ts';

export const sectorsRoutes = ({ db }: { db: Db }) =>
  routes(sectorsContract, {
    'GET /api/sectors': async ({ caller }) => {
      const tree = await treeOf(db, caller.userId);
      return tree.inOrder().map((row) => shown(tree, row));
    },

    'POST /api/sectors': ({ caller, body }) =>
      changeTree(db, caller.userId, async (tx, tree) => {
        const uuid = await makePath(tx, tree, caller.userId, body.path);
        return shownAgain(tx, caller.userId, uuid);
      }),

    'PATCH /api/sectors/:id': ({ caller, params, body }) =>
      changeTree(db, caller.userId, async (tx, tree) => {
        await moveSector(tx, tree, params.id, body);
        return shownAgain(tx, caller.userId, params.id);
      }),

    'DELETE /api/sectors/:id': ({ caller, params }) =>
      changeTree(db, caller.userId, (tx, tree) => removeSector(tx, tree, params.id)),
  });

const treeOf = async (db: Db, ownerId: number) => createTree(await sectorsOf(db, ownerId));

const shown = (tree: Tree, row: SectorRow) => ({
  id: row.uuid,
  name: row.name,
  parent: tree.parentOf(row)?.uuid ?? null,
  path: tree.pathOf(row),
});

async function shownAgain(tx: Db, ownerId: number, uuid: string) {
  const tree = await treeOf(tx, ownerId);
  const row = tree.byUuid(uuid);
  if (!row) throw notFound('sector');
  return shown(tree, row);
}

import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import { sectorsRoutes } from './routes.ts';
import { sectorId, sectorsOf } from './store.ts';
import { createTree } from './tree.ts';

/** A user's places, as a tree: `/home/Back yard/Wood Shed`. */
export function createSectors(deps: { db: Db }) {
  return {
    routes: sectorsRoutes(deps),

    /** @throws AppError 404 when it is not this owner's; null (no sector) stays null */
    sectorIdOf: async (db: Db, ownerId: number, uuid: string | null): Promise<number | null> => {
      if (uuid === null) return null;
      const id = await sectorId(db, ownerId, uuid);
      if (id === undefined) throw notFound('sector');
      return id;
    },

    /** The paths of all sectors of an owner by their (inner) id. */
    paths: async (db: Db, ownerId: number): Promise<Map<number, string>> => {
      const tree = createTree(await sectorsOf(db, ownerId));
      return new Map(tree.inOrder().map((row) => [row.id, tree.pathOf(row)]));
    },
  };
}

export type Sectors = ReturnType<typeof createSectors>;

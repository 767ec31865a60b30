import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import { sectorsRoutes } from './routes.ts';
import { sectorId, sectorsOf } from './store.ts';
import { createTree } from './tree.ts';

/** `place` is null where no sector was asked for. */
type Within = { paths: Map<string, string>; place: { id: number; uuids: string[] } | null };

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

    /** The paths of all sectors of these owners by their (inner) id. */
    paths: async (db: Db, ...ownerIds: readonly number[]): Promise<Map<number, string>> => {
      const tree = createTree(await sectorsOf(db, ...ownerIds));
      return new Map(tree.inOrder().map((row) => [row.id, tree.pathOf(row)]));
    },

    /**
     * The paths of an owner's sectors by their UUIDs, and of one of them its id with the UUIDs of it and all below.
     * @throws AppError 404 when it is not this owner's
     */
    within: async (db: Db, ownerId: number, uuid: string | null): Promise<Within> => {
      const tree = createTree(await sectorsOf(db, ownerId));
      const rows = tree.inOrder();
      const paths = new Map(rows.map((row) => [row.uuid, tree.pathOf(row)]));
      if (uuid === null) return { paths, place: null };
      const top = tree.byUuid(uuid);
      if (!top) throw notFound('sector');
      const uuids = rows.filter((row) => tree.isWithin(row, top)).map((row) => row.uuid);
      return { paths, place: { id: top.id, uuids } };
    },
  };
}

export type Sectors = ReturnType<typeof createSectors>;

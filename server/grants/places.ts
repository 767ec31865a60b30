import type { Db } from '../database/connection.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Address } from './address.ts';
import { unitAt, variablesAt } from './store.ts';

/** A user by the name, whatever its case. */
export type FindUser = (
  db: Db,
  username: string,
) => Promise<{ id: number; uuid: string; username: string } | undefined>;

/** What stands at an address, whoever may see it. */
export function createPlaces({ sectors, findUser }: { sectors: Sectors; findUser: FindUser }) {
  async function unitOf(db: Db, { username, path, unit: name }: Address) {
    const owner = await findUser(db, username);
    if (!owner) return undefined;
    const sectorId = path === '' ? null : sectorAt(await sectors.paths(db, owner.id), path);
    return sectorId === undefined ? undefined : unitAt(db, { ownerId: owner.id, sectorId, name });
  }

  return {
    unitOf,

    /** Those with the name in the address: an input, an output, both or none. */
    variablesOf: async (db: Db, address: Address) => {
      const unit = await unitOf(db, address);
      return unit && address.variable !== undefined ? variablesAt(db, unit.id, address.variable) : [];
    },

    /** The paths of all sectors of these owners by their (inner) id. */
    pathsOf: async (db: Db, ownerIds: Iterable<number | null>): Promise<Map<number | null, string>> => {
      const owners = [...new Set(ownerIds)].filter((id) => id !== null);
      const paths = await Promise.all(owners.map((id) => sectors.paths(db, id)));
      return new Map<number | null, string>([[null, ''], ...paths.flatMap((ofOwner) => [...ofOwner])]);
    },
  };
}

export type Places = ReturnType<typeof createPlaces>;

const sectorAt = (paths: Map<number, string>, wanted: string) => [...paths].find(([, path]) => path === wanted)?.[0];

import type { Asker } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { notFound } from '../errors.ts';
import type { Sectors } from '../sectors/sectors.ts';
import { type Address, readAddress, refused } from './address.ts';
import { unitAt, unitByUuid, variablesAt, visibleUnits } from './store.ts';

/** A user by the name, whatever its case. */
export type FindUser = (
  db: Db,
  username: string,
) => Promise<{ id: number; uuid: string; username: string } | undefined>;

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What stands at an address, whoever may see it. */
export function createPlaces({ sectors, findUser }: { sectors: Sectors; findUser: FindUser }) {
  async function unitOf(db: Db, { username, path, unit: name }: Address) {
    const owner = await findUser(db, username);
    if (!owner) return undefined;
    const sectorId = path === '' ? null : sectorAt(await sectors.paths(db, owner.id), path);
    return sectorId === undefined ? undefined : unitAt(db, { ownerId: owner.id, sectorId, name });
  }

  function unitNamed(db: Db, text: string, part: string) {
    if (uuidPattern.test(text)) return unitByUuid(db, text);
    const address = readAddress(text, part);
    if (address.variable !== undefined) throw refused(part, 'Name the unit alone, without #.');
    return unitOf(db, address);
  }

  return {
    /**
     * A unit by its address or UUID. What the caller cannot see answers as if it were not there.
     * @param part JSON Pointer to where it stands in the request
     * @throws AppError 404, 422 what is no address
     */
    async seenUnit(db: Db, caller: Asker, text: string, part: string) {
      const found = await unitNamed(db, text, part);
      if (!found || !(await visibleUnits(db, caller, [found.id])).has(found.id)) throw notFound('unit');
      return found;
    },

    /** Those with the name in the address: an input, an output, both or none. */
    variablesOf: async (db: Db, address: Address) => {
      const unit = await unitOf(db, address);
      return unit && address.variable !== undefined ? variablesAt(db, unit.id, address.variable) : [];
    },

    /** The paths of all sectors of these owners by their (inner) id. */
    pathsOf: async (db: Db, ownerIds: Iterable<number | null>): Promise<Map<number | null, string>> => {
      const owners = [...new Set(ownerIds)].filter((id) => id !== null);
      return new Map<number | null, string>([[null, ''], ...(await sectors.paths(db, ...owners))]);
    },
  };
}

export type Places = ReturnType<typeof createPlaces>;

const sectorAt = (paths: Map<number, string>, wanted: string) => [...paths].find(([, path]) => path === wanted)?.[0];

import type { Db } from '../database/connection.ts';
import type { LinksOfUnit, LiveLink } from '../directory/directory.ts';
import { compileCheck } from '../variables/definition.ts';
import { enabledLinksFrom, type StoredLink } from './store.ts';
import { compileTransform } from './transform.ts';

/** What the values of a unit's outputs feed, for the directory. */
export async function loadLinks(db: Db, unitId: number): Promise<LinksOfUnit> {
  const links = await enabledLinksFrom(db, unitId);
  const byOutput = Map.groupBy(links, ({ output }) => output.id);
  return new Map([...byOutput].map(([id, list]) => [id, list.map(liveLink)]));
}

function liveLink({ id, uuid, input, transform, minIntervalMs, onlyOnChange }: StoredLink): LiveLink {
  return {
    id,
    uuid,
    input: { id: input.id, uuid: input.uuid, name: input.name, check: compileCheck(input.definition) },
    unit: { ...input.unit, ownerId: input.ownerId },
    transform: compileTransform(transform),
    minInterval: minIntervalMs ?? 0,
    onlyOnChange,
  };
}

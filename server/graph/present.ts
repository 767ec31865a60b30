import type { z } from 'zod';
import type { Asker } from '../access.ts';
import type { RouteAnswer } from '../http/contract.ts';
import type { link } from '../links/contract.ts';
import type { Units } from '../units/units.ts';
import type { graphContract } from './contract.ts';
import type { Placed } from './store.ts';

export type SeenUnit = Awaited<ReturnType<Units['seen']>>[number];
type Graph = RouteAnswer<(typeof graphContract)['GET /api/graph']>;
type GraphUnit = Graph['units'][number];

/** @param paths of the sectors of the caller, by UUID; none in the graph of somebody else */
export function presentUnit(
  unit: SeenUnit,
  { caller, paths, placed }: { caller: Asker; paths: ReadonlyMap<string, string>; placed: Placed | undefined },
): GraphUnit {
  const { id, name, owner, owned, direction, visibility, presence } = unit;
  const path = unit.sector === null ? undefined : paths.get(unit.sector);
  // An input is seen by its owner and who may write it alone, so what a person sees can be linked.
  const canLink = caller.kind === 'person';
  return {
    id,
    name,
    owner,
    isOwn: owned,
    sector: unit.sector === null || path === undefined ? null : { id: unit.sector, path },
    direction,
    visibility,
    presence,
    variables: unit.variables.map((variable) => ({ ...variable, canLink })),
    position: placed === undefined || placed.x === null || placed.y === null ? null : { x: placed.x, y: placed.y },
    isAdded: placed?.isAdded ?? false,
  };
}

export const presentOwnLink = (own: z.input<typeof link>): Graph['links'][number] => ({
  id: own.id,
  output: own.output.id,
  input: own.input.id,
  own,
});

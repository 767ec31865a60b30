import { narrower, owns } from '../access.ts';
import type { Db } from '../database/connection.ts';
import { routes } from '../http/router.ts';
import type { Sectors } from '../sectors/sectors.ts';
import type { Caller } from '../users/caller.ts';
import type { ChangingVariables } from './changing.ts';
import { variablesContract } from './contract.ts';
import { presentVariable } from './present.ts';
import type { FoundVariable, OwningUnit } from './store.ts';

type Deps = {
  db: Db;
  sectors: Sectors;
  presenceOf: (unit: OwningUnit) => 'online' | 'late' | 'offline' | 'never';
  readable: (db: Db, caller: Caller, uuid: string) => Promise<FoundVariable>;
  changing: ChangingVariables;
};

export const variablesRoutes = ({ db, sectors, presenceOf, readable, changing }: Deps) =>
  routes(variablesContract, {
    'GET /api/variables/:id': async ({ params, caller }) => {
      const { variable, unit } = await readable(db, caller, params.id);
      const path = unit.sectorId === null ? '' : (await sectors.paths(db, unit.ownerId)).get(unit.sectorId);
      const owned = owns(caller, unit.ownerId);
      return {
        ...presentVariable(variable),
        visibility: owned ? variable.visibility : narrower(unit.visibility, variable.visibility),
        unit: { id: unit.uuid, name: unit.name, owner: unit.owner, presence: presenceOf(unit) },
        address: `${unit.owner}:${path}/${unit.name}#${variable.name}`,
        owned,
      };
    },
    'PATCH /api/variables/:id': async ({ params, body, caller }) =>
      presentVariable(await changing.change(caller, params.id, body)),
    'PUT /api/variables/:id/value': async ({ params, body, caller }) => ({
      at: (await changing.set(caller, params.id, body.value)).toISOString(),
    }),
  });

import { narrower } from '../access.ts';
import type { Db } from '../database/connection.ts';
import type { RouteAnswer } from '../http/contract.ts';
import type { Person } from '../users/caller.ts';
import { presentVariable, type StoredVariable, type Variables } from '../variables/variables.ts';
import { formatAddress } from './address.ts';
import type { grantsContract } from './contract.ts';
import type { Places } from './places.ts';
import { grantsGiven, grantsHeld, type StoredGrant, visibleUnits } from './store.ts';

type Listed = RouteAnswer<(typeof grantsContract)['GET /api/grants']>;
type Access = RouteAnswer<(typeof grantsContract)['GET /api/units/:id/access']>;
type OwnUnit = { id: number; visibility: StoredVariable['visibility'] };
type Deps = { db: Db; variables: Variables; places: Places };

/** Who can do what, as lists. */
export function createListing({ db, variables, places }: Deps) {
  /** Grants as their giver sees them; a unit they were given to is named while the giver can see it. */
  async function presentGiven(caller: Person, grants: readonly StoredGrant[]): Promise<Listed['given']> {
    const through = grants.flatMap(({ throughId }) => throughId ?? []);
    const [visible, paths] = await Promise.all([
      visibleUnits(db, caller, through),
      places.pathsOf(db, [caller.userId, ...grants.map(({ throughOwnerId }) => throughOwnerId)]),
    ]);
    return grants.map((grant) => ({
      id: grant.uuid,
      variable: grant.variable,
      address: addressOf(grant, paths),
      access: grant.access,
      to: { user: grant.holder, unit: throughOf(grant, visible, paths) },
      createdAt: grant.createdAt.toISOString(),
    }));
  }

  async function listHeld(caller: Person): Promise<Listed['held']> {
    const grants = await grantsHeld(db, caller.userId);
    const [ofUnits, paths] = await Promise.all([
      variables.ofUnits(db, [...new Set(grants.map(({ unitId }) => unitId))]),
      places.pathsOf(
        db,
        grants.map(({ ownerId }) => ownerId),
      ),
    ]);
    const stored = new Map([...ofUnits.values()].flat().map((variable) => [variable.id, variable]));
    return grants.flatMap((grant) => {
      const variable = stored.get(grant.variableId);
      return variable ? presentHeld(grant, variable, paths) : [];
    });
  }

  return {
    presentGiven,

    list: async (caller: Person): Promise<Listed> => ({
      given: await presentGiven(caller, await grantsGiven(db, caller.userId)),
      held: await listHeld(caller),
    }),

    async ofUnit(caller: Person, unit: OwnUnit): Promise<Access> {
      const grants = await presentGiven(caller, await grantsGiven(db, caller.userId, unit.id));
      const byVariable = Map.groupBy(grants, ({ variable }) => variable);
      const all = (await variables.ofUnits(db, [unit.id])).get(unit.id) ?? [];
      const listed = all.map(({ uuid, name, direction, visibility }) => ({
        id: uuid,
        name,
        direction,
        visibility,
        effective: direction === 'input' ? ('private' as const) : narrower(unit.visibility, visibility),
        grants: byVariable.get(uuid) ?? [],
      }));
      return { visibility: unit.visibility, summary: summaryOf(listed), variables: listed };
    },
  };
}

export type Listing = ReturnType<typeof createListing>;

type Paths = Map<number | null, string>;

const addressOf = ({ owner, sectorId, unitName, variableName }: StoredGrant, paths: Paths) =>
  formatAddress(owner, paths.get(sectorId) ?? '', unitName, variableName);

function throughOf(grant: StoredGrant, visible: Set<number>, paths: Paths) {
  const { through, throughId, throughName, throughOwner, throughSectorId } = grant;
  if (through === null || throughId === null || throughName === null || throughOwner === null) return null;
  const address = formatAddress(throughOwner, paths.get(throughSectorId) ?? '', throughName);
  return { id: through, owner: throughOwner, address: visible.has(throughId) ? address : null };
}

function presentHeld(grant: StoredGrant, variable: StoredVariable, paths: Paths): Listed['held'] {
  const { uuid, access, through, unit, unitName, unitVisibility, owner, createdAt } = grant;
  return [
    {
      id: uuid,
      address: addressOf(grant, paths),
      access,
      via: through,
      unit: { id: unit, name: unitName, owner },
      variable: { ...presentVariable(variable), visibility: narrower(unitVisibility, variable.visibility) },
      createdAt: createdAt.toISOString(),
    },
  ];
}

function summaryOf(listed: Access['variables']): Access['summary'] {
  const countThose = (isMeant: (one: Access['variables'][number]) => boolean) => {
    const meant = listed.filter(isMeant);
    const inputs = meant.filter(({ direction }) => direction === 'input').length;
    return { inputs, outputs: meant.length - inputs };
  };
  const openTo = (...levels: string[]) => countThose(({ effective }) => levels.includes(effective));
  return {
    anyone: openTo('public'),
    trusted: openTo('public', 'trusted'),
    local: openTo('public', 'trusted', 'local'),
    granted: countThose(({ grants }) => grants.length > 0),
  };
}

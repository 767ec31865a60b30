import { narrower } from '../access.ts';
import { directionOf } from '../documents/documents.ts';
import type { RouteAnswer } from '../http/contract.ts';
import { type Presence, presentVariable, type StoredVariable } from '../variables/variables.ts';
import { byDirection } from './by-direction.ts';
import { simulation, type unitsContract } from './contract.ts';
import { fittingSettings, settableNames } from './env.ts';
import type { UnitKeyring } from './keys.ts';
import { exampleOf, type StoredUnit, type UnitTemplate } from './store.ts';

type Shown = RouteAnswer<(typeof unitsContract)['GET /api/units']>[number];
type ShownToOwner = RouteAnswer<(typeof unitsContract)['POST /api/units']>;

export type UnitView = {
  unit: StoredUnit;
  /** Those the caller may see. */
  variables: StoredVariable[];
  /** Of its sector, '' when it is in none. */
  path: string;
  presence: Presence;
};

/** A unit as the API shows it; to others without what only its owner can use. */
export function presentUnit({ unit, variables, path, presence }: UnitView, owned: boolean): Shown {
  const { uuid, name, owner, security, visibility, lastSeenAt, createdAt } = unit;
  return {
    id: uuid,
    name,
    owner,
    owned,
    kind: unit.simulation === null ? 'physical' : 'virtual',
    simulation: unit.simulation === null ? null : simulation.parse(unit.simulation),
    direction: directionOf(byDirection(variables)),
    sector: owned ? unit.sector : null,
    address: `${owner}:${path}/${name}`,
    security,
    visibility,
    presence,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    variables: variables.map((variable) =>
      presentVariable(owned ? variable : { ...variable, visibility: narrower(visibility, variable.visibility) }),
    ),
  };
}

export function presentOwnUnit(view: UnitView, template: UnitTemplate, keyring: UnitKeyring): ShownToOwner {
  const { uuid, state, generation, keysMadeAt, keysChanging, schema, example, sealedSettings } = view.unit;
  return {
    ...presentUnit(view, true),
    template: template && presentTemplate(template),
    state,
    keysGeneration: generation,
    keysMadeAt: keysMadeAt.toISOString(),
    keysChanging,
    schema,
    example,
    settings: fittingSettings(exampleOf(view.unit), keyring.openSettings(uuid, sealedSettings)),
    settable: settableNames(exampleOf(view.unit)),
  };
}

const presentTemplate = ({ uuid, name, versionUuid, label, latestUuid, latestLabel }: NonNullable<UnitTemplate>) => ({
  id: uuid,
  name,
  version: { id: versionUuid, label },
  latest: { id: latestUuid, label: latestLabel },
  isBehind: versionUuid !== latestUuid,
});

import type { ApiReply } from '../../../../server/contract.ts';

/** A unit as it stands in lists, and as others see it. */
export type Unit = ApiReply<'GET /api/units'>[number];
/** A unit as its owner sees it. */
export type OwnUnit = ApiReply<'POST /api/units'>;
export type Variable = Unit['variables'][number];
export type Presence = Unit['presence'];

export const isOwn = (unit: Unit | OwnUnit): unit is OwnUnit => 'settings' in unit;

/** What the page of a unit depends on: `invalidate(unitKey(id))` after a change. */
export const unitKey = (id: string) => `croft:unit-${id}` as const;

export const titleOf = ({ definition, name }: Pick<Variable, 'definition' | 'name'>) => definition.title || name;

export const inputsOf = ({ variables }: Unit) => variables.filter(({ direction }) => direction === 'input');
export const outputsOf = ({ variables }: Unit) => variables.filter(({ direction }) => direction === 'output');

/** Whether an output is for a chart; a bare name may hold anything, so its last value decides. */
export function isNumeric({ definition: { type }, value }: Pick<Variable, 'definition' | 'value'>): boolean {
  return type === 'number' || type === 'integer' || (type === undefined && typeof value === 'number');
}

/** Whether its device is yet to come: no value of it is there, or no sign of life where it has no outputs. */
export function isAwaited(unit: Unit): boolean {
  if (unit.kind === 'virtual') return false;
  const outputs = outputsOf(unit);
  return outputs.length > 0 ? outputs.every(({ at }) => at === null) : unit.lastSeenAt === null;
}

/** When the unit was last heard, as far as this page knows: ISO 8601, null when never. */
export function lastHeard(unit: Unit): string | null {
  const times = [unit.lastSeenAt, ...outputsOf(unit).map(({ at }) => at)].filter((at) => at !== null);
  return times.reduce<string | null>((latest, at) => (latest === null || at > latest ? at : latest), null);
}

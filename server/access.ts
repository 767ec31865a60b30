import { type RawBuilder, sql } from 'kysely';
import type { z } from 'zod';
import type { Anonymous, Person } from './users/caller.ts';
import type { visibility } from './variables/contract.ts';

export type Visibility = z.output<typeof visibility>;

/** What a grant gives: `read` an output; `write` an input, which includes reading it. */
export type Right = 'read' | 'write';

/** Who asks, as far as the rules want to know: a role gives no right to what is somebody's. */
export type Asker = Anonymous | Pick<Person, 'kind' | 'userId'>;

/** What the rules are about. */
export type VariableFacts = {
  ownerId: number;
  unitVisibility: Visibility;
  /** Its own one; the unit's narrows it. */
  variableVisibility: Visibility;
  direction: 'input' | 'output';
  /** `holderId` is the user it was given to, or the owner of the unit it was given to: who acts for that unit. */
  grants: readonly { right: Right; holderId: number }[];
};

/** The visibilities whose outputs a kind of caller may read. */
const openTo: Record<Asker['kind'], readonly Visibility[]> = {
  anonymous: ['public'],
  person: ['local', 'trusted', 'public'],
};
/** What can be granted on a variable, and is needed to read one that is not shown. */
export const rightOn = { output: 'read', input: 'write' } as const;

const breadth: Record<Visibility, number> = { private: 0, local: 1, trusted: 2, public: 3 };

/** A variable can only be narrower than its unit. */
export function narrower(unit: Visibility, variable: Visibility): Visibility {
  return breadth[variable] < breadth[unit] ? variable : unit;
}

export function owns(caller: Asker, ownerId: number): boolean {
  return caller.kind === 'person' && caller.userId === ownerId;
}

/** Its value, its history, and that it is there at all. */
export function mayRead(caller: Asker, facts: VariableFacts): boolean {
  return owns(caller, facts.ownerId) || isShown(caller, facts) || holds(caller, facts);
}

/** Outputs are set by their units alone. */
export function maySet(caller: Asker, facts: VariableFacts): boolean {
  return facts.direction === 'input' && (owns(caller, facts.ownerId) || holds(caller, facts));
}

function isShown({ kind }: Asker, { direction, unitVisibility, variableVisibility }: VariableFacts): boolean {
  return direction === 'output' && openTo[kind].includes(narrower(unitVisibility, variableVisibility));
}

function holds(caller: Asker, { direction, grants }: VariableFacts): boolean {
  return grants.some(({ right, holderId }) => right === rightOn[direction] && owns(caller, holderId));
}

/** `mayRead` in SQL, for queries that join `units` and `variables`. */
export function readableBy(caller: Asker): RawBuilder<boolean> {
  if (caller.kind === 'anonymous') return sharedWith(caller);
  return sql`(units.owner_id = ${caller.userId} or ${sharedWith(caller)})`;
}

/** `mayRead` in SQL, for a caller as if the own were somebody else's: what is shown or granted to them. */
export function sharedWith(caller: Asker): RawBuilder<boolean> {
  const levels = sql`${openTo[caller.kind]}::text[]`;
  const shown = sql<boolean>`(variables.direction = 'output'
    and units.visibility = any (${levels}) and variables.visibility = any (${levels}))`;
  if (caller.kind === 'anonymous') return shown;
  return sql`(${shown} or (variables.id, variables.direction) in (${heldBy(caller.userId)}))`;
}

/**
 * Of `units`, those that `sharedWith` can find something in; cheaper, since it looks at no variable, so it goes before
 * the costly question.
 */
export function mayShareWith(caller: Asker): RawBuilder<boolean> {
  const isOpen = sql<boolean>`units.visibility = any (${openTo[caller.kind]}::text[])`;
  if (caller.kind === 'anonymous') return isOpen;
  return sql`(${isOpen} or units.id in (
    select granted.unit_id from variables as granted
    where (granted.id, granted.direction) in (${heldBy(caller.userId)})))`;
}

/** Of `units`, those that somebody may command: their own, and those with an input that they hold a grant on. */
export function commandableBy({ userId }: Pick<Person, 'userId'>): RawBuilder<boolean> {
  return sql`(units.owner_id = ${userId} or units.id in (
    select granted.unit_id from variables as granted
    where granted.direction = 'input' and (granted.id, granted.direction) in (${heldBy(userId)})))`;
}

/** The variables, with their directions, that a user holds a grant on: given to them or to a unit of theirs. */
function heldBy(userId: number): RawBuilder<unknown> {
  const direction = sql`case held.access when ${rightOn.output} then 'output' else 'input' end`;
  return sql`
    select held.variable_id, ${direction} from grants as held where held.user_id = ${userId}
    union all
    select held.variable_id, ${direction} from grants as held
    join units as holder on holder.id = held.unit_id where holder.owner_id = ${userId}`;
}

/** The grants on a query's `variables` row, as `VariableFacts` wants them (JSON). */
export const grantsOnVariable = sql<VariableFacts['grants']>`(
  select coalesce(json_agg(json_build_object('right', held.access, 'holderId', coalesce(held.user_id, holder.owner_id))), '[]')
  from grants as held left join units as holder on holder.id = held.unit_id
  where held.variable_id = variables.id)`;

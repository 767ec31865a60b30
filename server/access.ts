import type { z } from 'zod';
import type { Caller } from './users/caller.ts';
import type { visibility } from './variables/contract.ts';

export type Visibility = z.output<typeof visibility>;

const breadth: Record<Visibility, number> = { private: 0, local: 1, trusted: 2, public: 3 };

/** A variable can only be narrower than its unit. */
export function narrower(unit: Visibility, variable: Visibility): Visibility {
  return breadth[variable] < breadth[unit] ? variable : unit;
}

export function owns(caller: Caller, ownerId: number): boolean {
  return caller.kind === 'person' && caller.userId === ownerId;
}

/** Whether the caller may read what has this owner and this (effective) visibility; inputs are the owner's alone. */
export function mayRead(caller: Caller, object: { ownerId: number; visibility: Visibility }): boolean {
  if (owns(caller, object.ownerId) || object.visibility === 'public') return true;
  return caller.kind === 'person' && breadth[object.visibility] >= breadth.local;
}

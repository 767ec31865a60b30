import { call } from '#lib/api/call.ts';
import type { Unit } from '#lib/units/unit.ts';

export type Found = { units: Unit[]; total: number };

const pageSize = 20;
/** Each is followed live; past so many a search finds better than scrolling. */
export const mostListed = 200;

/** The next units that match, after those that are there. @throws ApiError */
export function findUnits(search: string, there = 0): Promise<Found> {
  return call('GET /api/explore', { query: { search, limit: pageSize, offset: there } });
}

/** More of what was found; a unit that moved to another page meanwhile is not there twice. */
export function joined(found: Found, next: Found): Found {
  const known = new Set(found.units.map(({ id }) => id));
  return { units: [...found.units, ...next.units.filter(({ id }) => !known.has(id))], total: next.total };
}

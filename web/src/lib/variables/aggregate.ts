import type { ApiReply } from '../../../../server/contract.ts';

export type Variable = ApiReply<'GET /api/variables/:id'>;
export type ValueType = Variable['definition']['type'];

export const aggregates = ['envelope', 'raw', 'mean', 'median', 'min', 'max', 'last', 'count'] as const;
export type Aggregate = (typeof aggregates)[number];

const withoutNumbers: readonly Aggregate[] = ['raw', 'last', 'count'];

/** Those that make sense for values of a type; a variable without a type may hold numbers. */
export function aggregatesOf(type: ValueType): readonly Aggregate[] {
  return type === 'string' || type === 'object' || type === 'array' ? withoutNumbers : aggregates;
}

const hour = 3_600_000;

/**
 * What shows most at a glance: every value while they can be told apart, then the mean with its range; of what is no
 * number, the last one of each period.
 * @param length of the time shown, in milliseconds
 */
export function usualAggregate(type: ValueType, length: number): Aggregate {
  if (type === 'number' || type === 'integer') return length > hour ? 'envelope' : 'raw';
  return length > 6 * hour ? 'last' : 'raw';
}

import type { Variable } from './aggregate.ts';

type Visibility = Variable['visibility'];

/** The narrowest first. */
export const visibilities: readonly Visibility[] = ['private', 'local', 'trusted', 'public'];

/** A variable is never shown more widely than its unit. */
export const isNarrowed = (unit: Visibility, variable: Visibility) =>
  visibilities.indexOf(unit) < visibilities.indexOf(variable);

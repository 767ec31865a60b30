import type { UnitSchema } from '../documents/documents.ts';
import type { Definition } from '../variables/definition.ts';

/** The variables of a unit as a schema has them. */
export function byDirection(
  variables: readonly { direction: 'input' | 'output'; name: string; definition: Definition }[],
): UnitSchema {
  const group = (direction: 'input' | 'output') =>
    Object.fromEntries(variables.filter((one) => one.direction === direction).map((one) => [one.name, one.definition]));
  return { worldState: [], unitState: [], inputs: group('input'), outputs: group('output') };
}

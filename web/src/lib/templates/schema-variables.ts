import type { Variable } from '#lib/units/unit.ts';
import type { Version } from './template.ts';

type Definition = Variable['definition'];
type SchemaVariable = { direction: 'input' | 'output'; name: string; definition: Definition };

/** The variables that a schema.json names, inputs first; each group is a list of names, or names with definitions. */
export function schemaVariables(schema: Version['schema']): SchemaVariable[] {
  return [...variablesOf(schema.input_variables, 'input'), ...variablesOf(schema.output_variables, 'output')];
}

function variablesOf(group: unknown, direction: SchemaVariable['direction']): SchemaVariable[] {
  if (Array.isArray(group)) return group.map((name) => ({ direction, name: String(name), definition: {} }));
  if (typeof group !== 'object' || group === null) return [];
  return Object.entries(group).map(([name, definition]) => ({ direction, name, definition }));
}

/** Its limits, or the values it may have: "-40 … 85 °C", "open, closed". */
export function rangeOf({ minimum, maximum, enum: allowed }: Definition, locale: string): string {
  if (allowed) return allowed.join(', ');
  const number = new Intl.NumberFormat(locale);
  if (minimum === undefined) return maximum === undefined ? '' : `≤ ${number.format(maximum)}`;
  return maximum === undefined
    ? `≥ ${number.format(minimum)}`
    : `${number.format(minimum)} … ${number.format(maximum)}`;
}

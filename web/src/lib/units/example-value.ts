import type { Variable } from './unit.ts';

/** A value that the definition lets through, to show how one is sent. */
export function exampleValue({ type, enum: listed, minimum, maximum, maxLength }: Variable['definition']): unknown {
  if (listed) return listed[0];
  switch (type) {
    case 'boolean':
      return true;
    case 'string':
      return 'hello'.slice(0, maxLength);
    case 'object':
      return {};
    case 'array':
      return [];
    case 'integer':
      return Math.floor(numberBetween(minimum, maximum));
    default:
      return numberBetween(minimum, maximum);
  }
}

function numberBetween(minimum: number | undefined, maximum: number | undefined): number {
  const usual = 21.5;
  const isInside = (minimum === undefined || usual >= minimum) && (maximum === undefined || usual <= maximum);
  if (isInside) return usual;
  return maximum === undefined || (minimum !== undefined && minimum > usual) ? (minimum ?? usual) : maximum;
}

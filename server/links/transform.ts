import type { z } from 'zod';
import type { JsonValue } from '../variables/definition.ts';
import type { transform } from './contract.ts';

export type Transform = z.output<typeof transform>;
export type Transformed = { ok: true; value: JsonValue } | { ok: false; problem: string };

/** As many as a float8 keeps whatever the number: 21.5 · 1.8 + 32 is 70.7, not 70.69999999999999. */
const digits = 15;

/** Makes the function of a transform, once per link: it runs for every value that comes. No transform leaves values as they are. */
export function compileTransform(transform: Transform | null): (value: JsonValue) => Transformed {
  switch (transform?.kind) {
    case 'scale':
      return ofNumbers((value) => Number((value * transform.factor + transform.offset).toPrecision(digits)));
    case 'clamp':
      return ofNumbers((value) => within(value, transform));
    case 'invert':
      return (value) => (typeof value === 'boolean' ? fine(!value) : wrong(value, 'is not true or false'));
    case 'map':
      return mapped(transform);
    case 'text':
      return (value) => fine(transform.template.replaceAll('{value}', () => textOf(value)));
    default:
      return fine;
  }
}

/** What is within is left as it is: Math.max would make 0 of -0. */
function within(value: number, { minimum, maximum }: { minimum: number; maximum: number }): number {
  if (value < minimum) return minimum;
  return value > maximum ? maximum : value;
}

const fine = (value: JsonValue): Transformed => ({ ok: true, value });
const wrong = (value: JsonValue, problem: string): Transformed => ({
  ok: false,
  problem: `${shown(value)} ${problem}`,
});

function ofNumbers(change: (value: number) => number): (value: JsonValue) => Transformed {
  return (value) => {
    if (typeof value !== 'number') return wrong(value, 'is not a number');
    const changed = change(value);
    return Number.isFinite(changed) ? fine(changed) : wrong(value, 'becomes too large');
  };
}

function mapped({ table, otherwise }: Extract<Transform, { kind: 'map' }>): (value: JsonValue) => Transformed {
  const results = new Map<JsonValue, JsonValue>(table.map(([from, to]) => [from, to as JsonValue]));
  return (value) => {
    const found = results.get(value) ?? (results.has(value) ? null : otherwise);
    return found === undefined ? wrong(value, 'is not in the table of the map') : fine(found as JsonValue);
  };
}

const textOf = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

function shown(value: JsonValue): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

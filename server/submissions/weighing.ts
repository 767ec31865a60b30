import type { z } from 'zod';
import type { LiveUnit } from '../directory/directory.ts';
import { variableNameProblem } from '../documents/documents.ts';
import type { ValueEvent } from '../journal/journal.ts';
import type { Definition, JsonValue } from '../variables/definition.ts';
import type { Given } from './content.ts';
import type { submissionsContract } from './contract.ts';
import { cut } from './headers.ts';

type Submission = z.output<(typeof submissionsContract)['GET /api/submissions/:id']['reply']>;
export type KeyResult = Submission['results'][number];
type Type = NonNullable<Definition['type']>;

/** A value of a unit against the output it names, as for a device's message; without `value` the write policy keeps none. */
export type CheckValue = (
  unit: LiveUnit,
  record: { name: string; value: JsonValue; at: number },
  now: number,
) => { problem: string } | { value: ValueEvent | undefined };

const longestShown = 100;
const longestDetail = 300;

/** What becomes of each key, and the values to store: those that fit, whatever the others are. @param now epoch ms */
export function weigh(unit: LiveUnit, given: readonly Given[], check: CheckValue, now: number) {
  const values: ValueEvent[] = [];
  const results = given.map(({ key, value, isText }): KeyResult => {
    const shown = { key, value: cut(JSON.stringify(value), longestShown) };
    const output = unit.outputs.get(key);
    if (!output) return { ...shown, outcome: 'unknown', ...offerFor(key, value, isText) };
    const read = isText && typeof value === 'string' ? fromText(value, output.type) : value;
    const checked = check(unit, { name: key, value: read, at: now }, now);
    if ('problem' in checked) {
      return { ...shown, outcome: 'refused', detail: cut(checked.problem, longestDetail), offer: null };
    }
    if (checked.value) values.push(checked.value);
    return { ...shown, outcome: checked.value ? 'stored' : 'unchanged', detail: '', offer: null };
  });
  return { results, values };
}

function offerFor(key: string, value: JsonValue, isText: boolean): Pick<KeyResult, 'detail' | 'offer'> {
  const problem = variableNameProblem(key);
  if (problem !== undefined)
    return { detail: `The unit has no such output, and can have none: ${problem}.`, offer: null };
  return { detail: 'The unit has no such output.', offer: { type: typeOf(value, isText) } };
}

/** Whole numbers too: what is 21 now may be 21.5 the next time. */
function typeOf(value: JsonValue, isText: boolean): Type | null {
  if (value === null) return null;
  if (Array.isArray(value)) return 'array';
  if (isText && typeof value === 'string') return typeOfText(value);
  return typeof value as 'number' | 'boolean' | 'string' | 'object';
}

function typeOfText(text: string): Type {
  if (typeof fromText(text, 'number') === 'number') return 'number';
  return text === 'true' || text === 'false' ? 'boolean' : 'string';
}

const booleans = new Map([
  ...['true', 'on', '1'].map((text) => [text, true] as const),
  ...['false', 'off', '0'].map((text) => [text, false] as const),
]);

/** The value that a form's text means for an output of a type; the text itself where it means none, for the check to refuse. */
function fromText(text: string, type: Type | undefined): JsonValue {
  if (type === 'number' || type === 'integer') {
    const number = Number(text);
    return text.trim() !== '' && Number.isFinite(number) ? number : text;
  }
  if (type === 'boolean') return booleans.get(text) ?? text;
  return type === 'object' || type === 'array' ? fromJson(text) : text;
}

function fromJson(text: string): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

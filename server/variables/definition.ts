import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** What is wrong with a value in plain English, undefined when nothing is. */
export type Check = (value: JsonValue) => string | undefined;

const deepestJson = 16;
/** Characters of all strings and keys plus one for each value: as much as the largest MQTT payload has bytes. */
const largestJson = 65_536;
const longestShown = 60;
const longestInterval = 366 * 86_400;

// `z.json()` would recurse without a limit and turn into a deep JSON Schema; the check has the same meaning.
const jsonValue = z.unknown().superRefine((value, context) => {
  const problem = jsonProblem(value);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, continue: false });
}) as z.ZodType<JsonValue>;

const shape = z.strictObject({
  type: z.enum(['number', 'integer', 'boolean', 'string', 'object', 'array']).optional(),
  enum: z.array(jsonValue).min(1).max(100).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  maxLength: z.int().min(0).optional().describe('in characters (Unicode code points)'),
  default: jsonValue.optional(),
  title: z.string().max(200).optional(),
  description: z.string().max(2_000).optional(),
  unit: z.string().min(1).max(32).optional().describe('unit of measure, a SenML or UCUM symbol'),
  interval: z.number().positive().max(longestInterval).optional().describe('expected seconds between values'),
});

/** What a variable may hold: a JSON Schema (2020-12) subset with unit of measure and interval. `{}` is any JSON value. */
export const definition = shape.superRefine((given, context) => {
  const report = (message: string, ...path: (string | number)[]) => context.addIssue({ code: 'custom', message, path });
  reportMisplaced(given, report);
  reportUnfit(given, report);
});

export type Definition = z.infer<typeof definition>;

type Report = (message: string, ...path: (string | number)[]) => void;

/**
 * Makes the check of one variable's values, once per definition: it runs for every value that arrives. NaN and infinities
 * are no numbers; text with NUL or half a surrogate pair is refused because Postgres cannot keep it (jsonb, text).
 */
export function compileCheck({ enum: listed, ...rest }: Definition): Check {
  const check = checkOfType(rest);
  if (listed === undefined) return check;
  const scalars = new Set(listed);
  const choices = listed.map(show).join(', ');
  const isListed = (value: JsonValue) => scalars.has(value) || listed.some((one) => isDeepStrictEqual(one, value));
  return (value) => check(value) ?? (isListed(value) ? undefined : `${show(value)} is not one of ${choices}`);
}

function reportMisplaced(given: Definition, report: Report): void {
  const isNumeric = given.type === 'number' || given.type === 'integer';
  for (const limit of ['minimum', 'maximum'] as const) {
    if (given[limit] !== undefined && !isNumeric) report('is only for the types "number" and "integer"', limit);
  }
  if (given.maxLength !== undefined && given.type !== 'string') report('is only for the type "string"', 'maxLength');
}

function reportUnfit(given: Definition, report: Report): void {
  const { minimum, maximum, enum: listed = [], default: first, ...rest } = given;
  if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
    report(`${minimum} is above the maximum ${maximum}`, 'minimum');
    return;
  }
  const check = compileCheck({ ...rest, minimum, maximum });
  for (const [index, one] of listed.entries()) {
    const isRepeated = listed.findIndex((other) => isDeepStrictEqual(other, one)) < index;
    const problem = isRepeated ? `${show(one)} is listed twice` : check(one);
    if (problem !== undefined) report(problem, 'enum', index);
  }
  const problem = first === undefined ? undefined : compileCheck(given)(first);
  if (problem !== undefined) report(problem, 'default');
}

function checkOfType({ type, minimum, maximum, maxLength }: Definition): Check {
  switch (type) {
    case 'number':
      return checkNumber(minimum, maximum);
    case 'integer':
      return checkInteger(minimum, maximum);
    case 'string':
      return checkString(maxLength);
    case 'boolean':
      return (value) => (typeof value === 'boolean' ? undefined : `${show(value)} is not true or false`);
    case 'object':
      return (value) => (isObject(value) ? jsonProblem(value) : `${show(value)} is not an object`);
    case 'array':
      return (value) => (Array.isArray(value) ? jsonProblem(value) : `${show(value)} is not a list`);
    default:
      return jsonProblem;
  }
}

/** The common case is one comparison chain; NaN and infinities fall out of it without a test of their own. */
function checkNumber(minimum = -Number.MAX_VALUE, maximum = Number.MAX_VALUE): Check {
  return (value) => {
    if (typeof value === 'number' && value >= minimum && value <= maximum) return undefined;
    if (typeof value !== 'number' || !Number.isFinite(value)) return `${show(value)} is not a number`;
    return value > maximum ? `${value} is above the maximum ${maximum}` : `${value} is below the minimum ${minimum}`;
  };
}

function checkInteger(minimum: number | undefined, maximum: number | undefined): Check {
  const inLimits = checkNumber(minimum, maximum);
  return (value) => (Number.isInteger(value) ? inLimits(value) : `${show(value)} is not a whole number`);
}

function checkString(maxLength = largestJson): Check {
  return (value) => {
    if (typeof value !== 'string') return `${show(value)} is not text`;
    const isTooLong = value.length > maxLength && (value.length > 2 * maxLength || [...value].length > maxLength);
    return isTooLong ? `${show(value)} is longer than ${maxLength} characters` : jsonProblem(value);
  };
}

/** Any JSON value within the limits of depth (16) and size (65,536). */
export function jsonProblem(value: unknown): string | undefined {
  let left = largestJson;
  const walk = (part: unknown, depth: number): string | undefined => {
    left -= typeof part === 'string' ? part.length + 1 : 1;
    if (left < 0) return `the value is larger than ${largestJson} characters`;
    if (typeof part === 'string') return textProblem(part);
    if (typeof part === 'number') return Number.isFinite(part) ? undefined : `${part} is not a number`;
    if (part === null || typeof part === 'boolean') return undefined;
    if (typeof part !== 'object') return `a value of type ${typeof part} is not JSON`;
    if (depth === deepestJson) return `the value is nested deeper than ${deepestJson} levels`;
    return walkAll(Array.isArray(part) ? part : Object.entries(part).flat(1), depth + 1);
  };
  const walkAll = (parts: unknown[], depth: number): string | undefined => {
    for (const part of parts) {
      const problem = walk(part, depth);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
  return walk(value, 0);
}

function textProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'text must not hold the character NUL';
  return text.isWellFormed() ? undefined : 'text must not hold half a surrogate pair';
}

function isObject(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function show(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > longestShown ? `${value.slice(0, longestShown)}…` : value);
}

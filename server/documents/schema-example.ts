import { pointer, SchemaError, type SchemaIssue } from './schema-error.ts';
import { nameProblem } from './schema-names.ts';
import { parseJsonText } from './schema-text.ts';

/** A json_example.json: every variable the program reads at run time, with an example value that tells its type. */
export type Example = Record<string, Scalar>;

type Scalar = string | number | boolean;

const mostEntries = 200;
const longestValue = 4_096;

/** Reads the text of a json_example.json. Throws a SchemaError, for a syntax error with its line and column. */
export function parseExampleText(text: string): Example {
  return readExample(parseJsonText(text));
}

/** Reads a parsed json_example.json, a flat object. Throws a SchemaError with all problems at once. */
export function readExample(input: unknown): Example {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new SchemaError([{ path: '', message: 'an example is an object of names and values' }]);
  }
  const entries: [string, unknown][] = Object.entries(input);
  const issues: SchemaIssue[] = [];
  if (entries.length > mostEntries) issues.push({ path: '', message: `has more than ${mostEntries} entries` });
  const example: [string, Scalar][] = [];
  for (const [name, value] of entries) {
    const problem = nameProblem(name) ?? valueProblem(value);
    if (problem !== undefined) issues.push({ path: pointer(name), message: problem });
    else if (isScalar(value)) example.push([name, value]);
  }
  if (issues.length > 0) throw new SchemaError(issues);
  return Object.fromEntries(example);
}

function valueProblem(value: unknown): string | undefined {
  if (!isScalar(value)) return 'text, a number, true or false is expected';
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : `${value} is not a number`;
  if (typeof value === 'boolean') return undefined;
  if (value.length > longestValue) return `is longer than ${longestValue} characters`;
  return value.includes('\0') || !value.isWellFormed() ? 'text holds no NUL and no half surrogate pair' : undefined;
}

function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

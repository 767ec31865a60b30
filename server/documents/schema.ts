import { type Definition, definition, jsonProblem } from '../variables/definition.ts';
import { pointer, SchemaError, type SchemaIssue } from './schema-error.ts';
import { variableNameProblem } from './schema-names.ts';
import { parseJsonText } from './schema-text.ts';

/** What a unit has (schema.json). A name may be an input and an output at once: their topics differ. */
export type UnitSchema = {
  worldState: string[];
  unitState: string[];
  inputs: Record<string, Definition>;
  outputs: Record<string, Definition>;
};

type Report = (message: string, ...path: PropertyKey[]) => void;
type Group = 'world_state' | 'unit_state' | 'input_variables' | 'output_variables';

const groups = new Set<string>(['world_state', 'unit_state', 'input_variables', 'output_variables'] satisfies Group[]);
/** What an instance can tell its units. */
const worldStates = new Set(['time']);
const mostVariables = 200;

/** Reads the text of a schema.json. Throws a SchemaError, for a syntax error with its line and column. */
export function parseSchemaText(text: string): UnitSchema {
  return readSchema(parseJsonText(text));
}

/** Reads a parsed schema.json; each group may be left out. Throws a SchemaError with all problems at once. */
export function readSchema(input: unknown): UnitSchema {
  const issues: SchemaIssue[] = [];
  const report: Report = (message, ...path) => issues.push({ path: pointer(...path), message });
  const schema = readGroups(input, report);
  if (schema === undefined || issues.length > 0) throw new SchemaError(issues);
  return schema;
}

function readGroups(input: unknown, report: Report): UnitSchema | undefined {
  if (!isObject(input)) return void report('a schema is an object with the groups of names');
  const problem = jsonProblem(input);
  if (problem !== undefined) return void report(problem);
  for (const key of Object.keys(input)) if (!groups.has(key)) report('is not part of a schema', key);
  const worldState = Object.keys(readGroup(input, 'world_state', report));
  reportUnknownWorld(worldState, input.world_state, report);
  const unitState = Object.keys(readGroup(input, 'unit_state', report));
  const inputs = readGroup(input, 'input_variables', report);
  const outputs = readGroup(input, 'output_variables', report);
  const count = Object.keys(inputs).length + Object.keys(outputs).length;
  if (count > mostVariables) report(`${count} variables are more than ${mostVariables}`);
  return { worldState, unitState, inputs, outputs };
}

function reportUnknownWorld(names: string[], given: unknown, report: Report): void {
  for (const name of names) {
    const step = Array.isArray(given) ? given.indexOf(name) : name;
    if (!worldStates.has(name)) report(`the instance tells only ${[...worldStates].join(', ')}`, 'world_state', step);
  }
}

function readGroup(schema: Record<string, unknown>, group: Group, report: Report): Record<string, Definition> {
  const given = Object.hasOwn(schema, group) ? schema[group] : [];
  if (Array.isArray(given)) return readNames(given, group, report);
  if (isObject(given)) return readDefinitions(given, group, report);
  report('a list of names or an object with a definition for each name is expected', group);
  return {};
}

function readNames(names: unknown[], group: Group, report: Report): Record<string, Definition> {
  const seen = new Map<string, Definition>();
  for (const [index, name] of names.entries()) {
    if (typeof name !== 'string') report('a name is expected', group, index);
    else if (seen.has(name)) report(`"${name}" is listed twice`, group, index);
    else if (acceptName(name, report, group, index)) seen.set(name, {});
  }
  return Object.fromEntries(seen);
}

function readDefinitions(given: Record<string, unknown>, group: Group, report: Report): Record<string, Definition> {
  const read = new Map<string, Definition>();
  for (const [name, one] of Object.entries(given)) {
    if (!acceptName(name, report, group, name)) continue;
    const parsed = definition.safeParse(one);
    if (parsed.success) read.set(name, parsed.data);
    else for (const issue of parsed.error.issues) reportIssue(issue, report, group, name);
  }
  return Object.fromEntries(read);
}

/** Unknown members get a line each that points at the member, not at the object around them. */
function reportIssue(
  issue: { code: string; message: string; path: PropertyKey[]; keys?: string[] },
  report: Report,
  ...path: string[]
): void {
  for (const key of issue.keys ?? []) report('is not part of a definition', ...path, ...issue.path, key);
  if (issue.keys === undefined) report(issue.message, ...path, ...issue.path);
}

function acceptName(name: string, report: Report, ...path: PropertyKey[]): boolean {
  const problem = variableNameProblem(name);
  if (problem !== undefined) report(problem, ...path);
  return problem === undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

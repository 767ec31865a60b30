import { type Issue, invalid } from '../errors.ts';
import { compileCheck, type Definition, type JsonValue } from '../variables/definition.ts';
import type { Transform } from './transform.ts';

type Kind = NonNullable<Definition['type']> | 'null';
/** What may come out of something; a number may happen to be whole. */
type Kinds = ReadonlySet<Kind>;
type Named = { name: string; definition: Definition };

const anything: Kinds = new Set(['number', 'integer', 'boolean', 'string', 'object', 'array', 'null']);
const numbers: Kinds = new Set(['number', 'integer']);

const words: Record<Kind, string> = {
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'text',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

/** What a transform takes, and what it makes of it. Those left out take anything. */
const takes: { [K in Transform['kind']]?: Kinds } = { scale: numbers, clamp: numbers, invert: new Set(['boolean']) };

/**
 * Refuses what can never work: a type mismatch, a map to what the input does not take. What depends on the value (limits, whole
 * numbers, anything-outputs) is looked at when it comes.
 * @throws AppError 422 with what would fit
 */
export function checkFit(output: Named, input: Named, transform: Transform | null): void {
  const given = kindsOf(output.definition);
  const wanted = kindsOf(input.definition);
  const taken = transform ? (takes[transform.kind] ?? anything) : anything;
  if (transform && !overlap(given, taken)) {
    const problem = `\`${output.name}\` gives ${named(given)}, the transform ${transform.kind} takes ${named(taken)}`;
    throw unfit(problem, fitting(given, wanted), '/transform');
  }
  if (transform?.kind === 'map') return checkMap(input, transform);
  if (overlap(resultOf(transform, given), wanted)) return;
  const gives = transform
    ? `the transform ${transform.kind} gives ${named(resultOf(transform, given))}`
    : `\`${output.name}\` gives ${named(given)}`;
  throw unfit(
    `${gives}, \`${input.name}\` wants ${named(wanted)}`,
    fitting(given, wanted),
    transform ? '/transform' : '/input',
  );
}

function checkMap(input: Named, { table, otherwise }: Extract<Transform, { kind: 'map' }>): void {
  const check = compileCheck(input.definition);
  const issues: Issue[] = [];
  const look = (value: unknown, path: string) => {
    const problem = check(value as JsonValue);
    if (problem !== undefined) issues.push({ path: `/transform/${path}`, message: `\`${input.name}\`: ${problem}` });
  };
  for (const [index, [, to]] of table.entries()) look(to, `table/${index}/1`);
  if (otherwise !== undefined) look(otherwise, 'otherwise');
  const [first] = issues;
  if (first) throw invalid(`${first.path.slice(1)}: ${first.message}`, issues);
}

function kindsOf({ type, enum: listed }: Definition): Kinds {
  if (type) return new Set([type]);
  return listed ? new Set(listed.map(kindOf)) : anything;
}

function kindOf(value: JsonValue): Kind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as Kind;
}

function resultOf(transform: Transform | null, given: Kinds): Kinds {
  switch (transform?.kind) {
    case 'scale':
    case 'clamp':
      return numbers;
    case 'invert':
      return new Set(['boolean']);
    case 'text':
      return new Set(['string']);
    default:
      return given;
  }
}

/** Whether something of the one may be something of the other. */
function overlap(given: Kinds, wanted: Kinds): boolean {
  const isNumeric = (kinds: Kinds) => kinds.has('number') || kinds.has('integer');
  return [...given].some((kind) => wanted.has(kind)) || (isNumeric(given) && isNumeric(wanted));
}

function fitting(given: Kinds, wanted: Kinds): string {
  const ways: string[] = [];
  if (overlap(given, wanted)) ways.push('no transform');
  if (overlap(given, numbers) && overlap(numbers, wanted)) ways.push('scale', 'clamp');
  if (given.has('boolean') && wanted.has('boolean')) ways.push('invert');
  if (wanted.has('string')) ways.push('text');
  ways.push('map');
  return list(ways);
}

const unfit = (problem: string, ways: string, path: string) => {
  const message = `${problem}: use ${ways.startsWith('no transform') ? ways : `the transform ${ways}`}.`;
  return invalid(message, [{ path, message }]);
};

const named = (kinds: Kinds) =>
  kinds.size === anything.size
    ? 'any value'
    : list([...kinds].filter((kind) => kind !== 'integer' || !kinds.has('number')).map((kind) => words[kind]));

const list = (names: string[]) =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

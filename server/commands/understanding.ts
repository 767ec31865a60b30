import { compileCheck, type Definition, type JsonValue } from '../variables/definition.ts';
import { LineError } from './characters.ts';
import type { Option } from './completion.ts';
import type { CommandLine, Word } from './line.ts';

export type Input = { id: number; uuid: string; name: string; definition: Definition };

/** What somebody may command of a unit. */
export type CommandedUnit = {
  address: string;
  inputs: readonly Input[];
  /** Commands by their own name. */
  commands: readonly string[];
  /** Takes any command by `send <command> [args…]`. */
  hearsOthers: boolean;
};

/** What a line means for its unit: the value of an input, or a message with a command. */
export type Understood =
  | { does: 'set'; input: Input; value: JsonValue }
  | { does: 'send'; command: string; args: JsonValue[] };

type Words = Pick<CommandLine<unknown>, 'words' | 'end'>;

/** What every program for the controller knows by itself (firmware/board/croft/commands.py). */
export const boardCommands = ['update', 'env', 'reboot', 'log'] as const;

/** As the contract of `POST /api/units/:id/commands` has it. */
const commandName = /^[\p{L}\p{N}_-]{1,32}$/u;
const mostArgs = 20;

/**
 * What a unit without a script of its own understands: `set <input> <value>`, `<input> <value>`, the commands of a board, and
 * `send <command> [args…]`. A first word in quotes is always the name of an input, also of one that is called "set".
 * @throws LineError with the place of the fault and what the unit understands
 */
export function understand(unit: CommandedUnit, { words, end }: Words): Understood {
  const [first, ...rest] = words;
  const isWord = (text: string) => !first.isLiteral && first.text === text;
  if (isWord('set') && unit.inputs.length > 0) return setting(unit, rest, end);
  if (isWord('send') && unit.hearsOthers) return sending(rest, end);
  if (!first.isLiteral && unit.commands.includes(first.text)) return sent(first.text, rest);
  return setting(unit, words, end);
}

/** What may stand behind the address, as far as it is typed. */
export function completeCommand({ inputs, commands, hearsOthers }: CommandedUnit, typed: string): Option[] {
  const set = /^set\s+/.exec(typed)?.[0] ?? '';
  const rest = typed.slice(set.length);
  const words = set ? [] : [...(inputs.length > 0 ? ['set'] : []), ...commands, ...(hearsOthers ? ['send'] : [])];
  const names = inputs.map(({ name }) => name);
  const values = inputs.flatMap(({ name, definition }) => choices(definition).map((value) => `${name} ${value}`));
  const beginning = (texts: readonly string[], kind: Option['kind']) =>
    texts.filter((text) => text.startsWith(rest)).map((text) => ({ text: `${set}${text} `, kind }));
  const hasName = names.some((name) => rest.startsWith(`${name} `));
  return [
    ...beginning(words, 'command'),
    ...beginning(names, 'input'),
    ...(hasName ? beginning(values, 'value') : []),
  ].map((option) => (option.kind === 'value' ? { ...option, text: option.text.trimEnd() } : option));
}

function choices({ type, enum: listed }: Definition): string[] {
  if (listed) return listed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return type === 'boolean' ? ['true', 'false'] : [];
}

function setting(unit: CommandedUnit, words: readonly Word[], end: number): Understood {
  const [first] = words;
  if (!first) throw new LineError(end, `Name an input: ${namesOf(unit.inputs)}.`);
  const named = nameOf(unit.inputs, words);
  if (!named) throw new LineError(first.at, whatIsUnderstood(unit));
  const { input, values } = named;
  const [value] = values;
  if (!value) throw new LineError(end, `Give ${input.name} a value: ${shapeOf(input.definition)}.`);
  const read = readValue(input.definition, [value, ...values.slice(1)]);
  const problem = compileCheck(input.definition)(read);
  if (problem !== undefined) throw new LineError(value.at, `${input.name}: ${problem}.`);
  return { does: 'set', input, value: read };
}

/** The input whose name the words begin with, the longest one: names may hold spaces. */
function nameOf(
  inputs: readonly Input[],
  words: readonly Word[],
): { input: Input; values: readonly Word[] } | undefined {
  const byName = new Map(inputs.map((input) => [input.name, input]));
  for (let count = words.length; count > 0; count--) {
    const spelled = words.slice(0, count).map(({ text }) => text);
    const input = byName.get(spelled.join(' '));
    if (input) return { input, values: words.slice(count) };
  }
  return undefined;
}

const switched = new Map([
  ['on', true],
  ['yes', true],
  ['off', false],
  ['no', false],
]);

/** Text inputs take the words as they stand, without quotes; switches also `on`, `off`, `yes` and `no`. */
function readValue({ type }: Definition, [first, ...more]: [Word, ...Word[]]): JsonValue {
  const text = [first, ...more].map((word) => word.text).join(' ');
  if (type === 'string' || (type === undefined && more.length > 0)) return text;
  const [second] = more;
  if (second) throw new LineError(second.at, 'There is one value too many.');
  const isOn = type === 'boolean' && !first.isLiteral ? switched.get(text.toLowerCase()) : undefined;
  return isOn ?? first.value;
}

function sending(words: readonly Word[], end: number): Understood {
  const [command, ...args] = words;
  if (!command) throw new LineError(end, 'Name the command to send.');
  if (!commandName.test(command.text)) {
    throw new LineError(command.at, 'A command has 1 to 32 letters, digits, - and _.');
  }
  return sent(command.text, args);
}

function sent(command: string, args: readonly Word[]): Understood {
  const tooMany = args[mostArgs];
  if (tooMany) throw new LineError(tooMany.at, `A command has ${mostArgs} arguments at most.`);
  return { does: 'send', command, args: args.map(({ value }) => value) };
}

function whatIsUnderstood({ address, inputs, commands, hearsOthers }: CommandedUnit): string {
  const understood = [
    ...(inputs.length > 0 ? ['set <input> <value>', ...inputs.map(({ name }) => `${name} <value>`)] : []),
    ...commands,
    ...(hearsOthers ? ['send <command> [args…]'] : []),
  ];
  if (understood.length === 0) return `${address} takes no commands: it has no inputs.`;
  return `${address} understands: ${understood.join(', ')}.`;
}

const namesOf = (inputs: readonly Input[]) => inputs.map(({ name }) => name).join(', ');

function shapeOf(definition: Definition): string {
  const listed = choices(definition);
  if (listed.length > 0) return listed.join(' or ');
  const { type, minimum, maximum } = definition;
  const limits = [minimum === undefined ? '' : ` from ${minimum}`, maximum === undefined ? '' : ` to ${maximum}`];
  return (shapes.get(type) ?? 'JSON') + limits.join('');
}

const shapes = new Map<Definition['type'], string>([
  ['integer', 'a whole number'],
  ['number', 'a number'],
  ['string', 'a text'],
]);

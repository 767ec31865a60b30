import { describe, expect, test } from 'vitest';
import type { Definition } from '../variables/definition.ts';
import { LineError } from './characters.ts';
import { readLine } from './line.ts';
import { boardCommands, type CommandedUnit, understand } from './understanding.ts';

const definitions: Record<string, Definition> = {
  on: { type: 'boolean' },
  level: { type: 'integer', minimum: 0, maximum: 100 },
  title: { type: 'string', maxLength: 20 },
  mode: { type: 'string', enum: ['eco', 'full power'] },
  'warm white': { type: 'number' },
  'warm white max': { type: 'number' },
  any: {},
  set: { type: 'boolean' },
};
const inputs = Object.entries(definitions).map(([name, definition], id) => ({ id, uuid: name, name, definition }));
const board: CommandedUnit = { address: '/Light', inputs, commands: boardCommands, hearsOthers: true };
const addressed = { id: '1', owner: 'ada', path: '/Light' };

function meaning(line: string, unit = board) {
  const understood = understand(unit, readLine(`/Light ${line}`, [addressed], { username: 'ada', here: '' }));
  return understood.does === 'set' ? [understood.input.name, understood.value] : understood;
}

/** The place is counted from behind the address. */
function faultOf(line: string, unit = board): [number, string] {
  try {
    meaning(line, unit);
  } catch (error) {
    if (error instanceof LineError) return [error.at - '/Light '.length, error.message];
    throw error;
  }
  throw new Error('it was understood');
}

describe('a unit without a script understands', () => {
  test.for([
    ['on true', ['on', true]],
    ['set on off', ['on', false]],
    ['on YES', ['on', true]],
    ['level 15.0', ['level', 15]],
    ['title Hello, two  words', ['title', 'Hello, two words']],
    ['title "two  spaces"', ['title', 'two  spaces']],
    ['title 15.0', ['title', '15.0']],
    ['title true', ['title', 'true']],
    ['title ""', ['title', '']],
    ['mode full power', ['mode', 'full power']],
    ['warm white 1e3', ['warm white', 1000]],
    ['set warm white max -5', ['warm white max', -5]],
    ['"warm white" 2', ['warm white', 2]],
    ['any {"a": [1, "x y"]}', ['any', { a: [1, 'x y'] }]],
    ['any null', ['any', null]],
    ['any two words', ['any', 'two words']],
    ['set set true', ['set', true]],
    ['"set" no', ['set', false]],
  ] as const)('%s', ([line, set]) => {
    expect(meaning(line)).toEqual(set);
  });

  test('the words of a board, and any other by send', () => {
    expect(meaning('update')).toEqual({ does: 'send', command: 'update', args: [] });
    expect(meaning('send on 1 "true" word')).toEqual({ does: 'send', command: 'on', args: [1, 'true', 'word'] });
  });
});

describe('what is not understood says where and why', () => {
  test.for([
    ['level 15.5', 6, 'level: 15.5 is not a whole number.'],
    ['set level  101', 11, 'level: 101 is above the maximum 100.'],
    ['on 1', 3, 'on: 1 is not true or false.'],
    ['on "on"', 4, 'on: "on" is not true or false.'],
    ['level 1 2', 8, 'There is one value too many.'],
    ['mode fast', 5, 'mode: "fast" is not one of "eco", "full power".'],
    ['on', 2, 'Give on a value: true or false.'],
    ['level', 5, 'Give level a value: a whole number from 0 to 100.'],
    ['set', 3, 'Name an input: on, level, title, mode, warm white, warm white max, any, set.'],
    ['set lvel 1', 4, '/Light understands: set <input> <value>, on <value>'],
    ['activate 15.0', 0, 'update, env, reboot, log, send <command> [args…].'],
    ['send', 4, 'Name the command to send.'],
    ['send a/b', 5, 'A command has 1 to 32 letters'],
    [`send many ${'1 '.repeat(21)}`, 50, 'A command has 20 arguments at most.'],
  ] as const)('%s', ([line, at, message]) => {
    const [place, said] = faultOf(line);
    expect(said).toContain(message);
    expect(place).toBe(at);
  });

  test('a unit without inputs says so', () => {
    const thermometer = { address: '/Light', inputs: [], commands: [], hearsOthers: false };
    expect(faultOf('set on true', thermometer)).toEqual([0, '/Light takes no commands: it has no inputs.']);
  });
});

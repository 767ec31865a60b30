import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Addressed, quoted } from './address.ts';
import { LineError } from './characters.ts';
import { completeAddress, joinCompletions } from './completion.ts';
import { readLine } from './line.ts';
import { completeCommand } from './understanding.ts';

const unit = (path: string, owner = 'ada'): Addressed => ({ id: `${owner}:${path}`, owner, path });
const home = [
  unit('/home/Back yard/Wood Shed/Alarm'),
  unit('/home/Back yard/Wood Shed/Alarm activate'),
  unit('/home/Garage/Light'),
  unit('/home/Garage/Light', 'bob'),
  unit('/Door'),
];
const place = { username: 'ada', here: '' };
/** What a line says, its words as values. */
function spoken(line: string, units: Addressed[], here = '') {
  const { unit, words, isTest } = readLine(line, units, { ...place, here });
  const [command, ...args] = words;
  return { unit, command: command.text, args: args.map(({ value }) => value), isTest };
}
const read = (line: string, here = '') => spoken(line, home, here);

function faultOf(line: string): { at: number; message: string } {
  try {
    read(line);
  } catch (error) {
    if (error instanceof LineError) return { at: error.at, message: error.message };
    throw error;
  }
  throw new Error('the line was understood');
}

describe('a line', () => {
  test('needs no quotes for names with spaces', () => {
    expect(read('tx /home/Back yard/Wood Shed/Alarm set level 15.0')).toEqual({
      unit: home[0],
      command: 'set',
      args: ['level', 15],
      isTest: false,
    });
  });

  test('means the longest address there is, and a shorter one in quotes', () => {
    expect(read('tx /home/Back yard/Wood Shed/Alarm activate 15.0')).toMatchObject({ unit: home[1], command: '15.0' });
    const shorter = { unit: home[0], command: 'activate', args: [15] };
    expect(read('tx "/home/Back yard/Wood Shed/Alarm" activate 15.0')).toMatchObject(shorter);
    expect(read('tx /home/"Back yard"/Wood\\ Shed/"Alarm" activate 15.0')).toMatchObject(shorter);
    expect(faultOf('tx /home/Back yard/Wood Shed/Alarm activate')).toEqual({
      at: 43,
      message:
        'Name a command after the address. If /home/Back yard/Wood Shed/Alarm is meant, put it in quotes: "/home/Back yard/Wood Shed/Alarm".',
    });
  });

  test.for([
    ['ada:/home/Garage/Light on', home[2]],
    ['bob:/home/Garage/Light on', home[3]],
    ['/Door open', home[4]],
    ['Door open', home[4]],
  ] as const)('names a unit with and without its owner: %s', ([line, unit]) => {
    expect(read(line).unit).toBe(unit);
  });

  test('may begin at the sector one is in', () => {
    expect(read('Garage/Light on', '/home').unit).toBe(home[2]);
    expect(read('Light on', '/home/Garage').unit).toBe(home[2]);
    expect(faultOf('Light on').at).toBe(0);
  });

  test('has arguments that are JSON where they can be, and text in quotes', () => {
    const { args } = read('/Door say 1.5 true null word "two words" "15" "" {"a}": [1, "x \\"y"]} [1, 2] back\\ slash');
    expect(args).toEqual([1.5, true, null, 'word', 'two words', '15', '', { 'a}': [1, 'x "y'] }, [1, 2], 'back slash']);
  });

  test('knows where its words stand, quoted or not', () => {
    const line = 'tx /Door say  "two words" {"a": 1} \\"x';
    const { words, end } = readLine(line, home, place);
    expect(words.map(({ text, at }) => [text, at])).toEqual([
      ['say', line.indexOf('say')],
      ['two words', line.indexOf('two')],
      ['{"a": 1}', line.indexOf('{')],
      ['"x', line.indexOf('"x')],
    ]);
    expect(end).toBe(line.length);
  });

  test('is a dry run with --test before or behind the address', () => {
    expect(read('tx --test /Door set open true')).toMatchObject({ isTest: true, command: 'set', args: ['open', true] });
    expect(read('/Door --test set open true')).toMatchObject({ isTest: true, command: 'set', args: ['open', true] });
    expect(read('/Door set open "--test"')).toMatchObject({ isTest: false, args: ['open', '--test'] });
  });

  test.for([
    ['', 0, 'Name a unit and a command'],
    ['tx  ', 4, 'Name a unit and a command'],
    ['tx /home/Garag/Light on', 9, 'In /home/ no unit is called like this. There is: Back yard/, Garage/.'],
    ['tx /home/Garage/Lamp on', 16, 'In /home/Garage/ no unit is called like this. There is: Light.'],
    ['tx /home/Garage on', 9, '/home/Garage/ is a sector: name a unit in it. There is: Light.'],
    ['tx home on', 3, 'No unit is called like this. There is: /home/, /Door.'],
    ['tx carl:/Door on', 3, 'No unit is called like this.'],
    ['tx "/Door on', 3, 'This quote is never closed.'],
    ['/Door say \\', 10, 'A backslash'],
    ['/Door say {"a": 1', 10, 'This is no JSON'],
    ['/Door say [1, {"b]": 2}', 10, 'This is no JSON'],
    ['/Door', 5, 'Name a command after the address.'],
    ['/Doors open', 1, 'There is: '],
  ] as const)('that cannot be understood says where: %s', ([line, at, message]) => {
    const fault = faultOf(line);
    expect(fault.message).toContain(message);
    expect(fault.at).toBe(at);
  });
});

const name = fc
  .string({ unit: fc.constantFrom('a', 'b', ' ', '"', '\\', 'tx', 'é', '-', '{', ':'), minLength: 1, maxLength: 8 })
  .map((text) => text.trim())
  .filter((text) => text !== '');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.map((one) => `/${one}`).join(''));
const word = fc.string({ unit: fc.constantFrom('a', '1', ' ', '"', '\\', '[', '-'), maxLength: 6 });

test('any unit of any tree is found by its address in quotes, with any arguments', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { minLength: 1 }), fc.nat(), fc.array(word), (paths, which, args) => {
      const units = paths.map((one) => unit(one));
      const meant = units[which % units.length] ?? unit('');
      const line = `tx ${quoted(meant.path)} set ${args.map(quoted).join(' ')}`;
      expect(spoken(line, units)).toEqual({ unit: meant, command: 'set', args, isTest: false });
    }),
  );
});

test('whatever is typed is understood, or the fault lies within the line', () => {
  const typed = fc.string({
    unit: fc.constantFrom('/', 'a', 'b', ' ', '"', '\\', 'tx ', '{', '}', '--test'),
    maxLength: 20,
  });
  fc.assert(
    fc.property(fc.array(path), typed, (paths, line) => {
      try {
        readLine(
          line,
          paths.map((one) => unit(one)),
          place,
        );
      } catch (error) {
        if (!(error instanceof LineError)) throw error;
        expect(error.at).toBeGreaterThanOrEqual(0);
        expect(error.at).toBeLessThanOrEqual(line.length);
      }
    }),
  );
});

describe('completion', () => {
  const definitions = { on: { type: 'boolean' as const }, 'warm white': { type: 'number' as const } };
  const inputs = Object.entries(definitions).map(([name, definition], id) => ({ id, uuid: name, name, definition }));
  const commanded = { address: '', inputs, commands: ['reboot'], hearsOthers: true };
  const complete = (line: string, units = home, here = '') => {
    const address = completeAddress(line, units, { ...place, here });
    const { behind } = address;
    const commands = behind ? completeCommand(commanded, behind.typed) : [];
    const { from, options } = behind ? joinCompletions(line, address, behind.from, commands) : address;
    return options.map(({ text }) => line.slice(0, from) + text);
  };

  test('goes through the tree a level at a time', () => {
    expect(complete('tx /')).toEqual(['tx /Door ', 'tx /home/']);
    expect(complete('tx /home/')).toEqual(['tx /home/Back yard/', 'tx /home/Garage/']);
    expect(complete('/home/Back y')).toEqual(['/home/Back yard/']);
    expect(complete('bob:')).toEqual(['bob:/']);
    expect(complete('')).toEqual(['/Door ', '/home/', 'bob:/']);
    expect(complete('L', home, '/home/Garage')).toEqual(['Light ']);
  });

  test('understands open quotes, and writes names with quotes so that they can be read', () => {
    expect(complete('tx "/home/Back y')).toEqual(['tx /home/Back yard/']);
    const odd = [unit('/a "b"/c\\d')];
    expect(complete('/a', odd)).toEqual(['/a \\"b\\"/']);
    const [line = ''] = complete('/a \\"b\\"/', odd);
    expect(readLine(`${line}set x`, odd, place).unit).toBe(odd[0]);
  });

  test('then offers what the unit understands', () => {
    const light = (rest: string) => complete(`/Door ${rest}`).map((line) => line.slice('/Door '.length));
    expect(light('')).toEqual(['set ', 'reboot ', 'send ', 'on ', 'warm white ']);
    expect(light('se')).toEqual(['set ', 'send ']);
    expect(light('set w')).toEqual(['set warm white ']);
    expect(light('warm wh')).toEqual(['warm white ']);
    expect(light('set on ')).toEqual(['set on true', 'set on false']);
    expect(light('on f')).toEqual(['on false']);
    expect(light('on true')).toEqual(['on true']);
    expect(light('warm white 5')).toEqual([]);
  });

  test('offers the longer address and the commands where both can be meant', () => {
    const alarm = '/home/Back yard/Wood Shed/Alarm';
    expect(complete(`${alarm} `)).toEqual([
      `${alarm} activate `,
      ...['set ', 'reboot ', 'send ', 'on ', 'warm white '].map((text) => `${alarm} ${text}`),
    ]);
    expect(complete(`"${alarm}" re`)).toEqual([`"${alarm}" reboot `]);
  });

  test('every option leads to a line that goes on', () => {
    const walk = (line: string, depth: number): void => {
      for (const next of complete(line)) {
        expect(next.startsWith(line)).toBe(true);
        if (next !== line && depth < 8) walk(next, depth + 1);
      }
    };
    walk('', 0);
  });
});

import type { UnitSchema } from '../documents/documents.ts';
import type { Definition, JsonValue } from '../variables/definition.ts';

type Variables = Pick<UnitSchema, 'inputs' | 'outputs'>;

/** Bytes: what an ESP8266 can still compile. */
const largestUnit = 4096;

/**
 * A unit.py to start from: it runs as it is, sends each output once a minute and prints its inputs. Variables that would make
 * it too large for the board are left for the owner to add.
 */
export function startingUnit({ inputs, outputs }: Variables): string {
  for (let count = Object.keys(inputs).length + Object.keys(outputs).length; ; count--) {
    const text = written(Object.entries(inputs).slice(0, count), Object.entries(outputs).slice(0, count));
    if (Buffer.byteLength(text) <= largestUnit || count === 0) return text;
  }
}

type Entries = [string, Definition][];

function written(inputs: Entries, outputs: Entries): string {
  return [
    '# What this unit measures and does. Change it: the rest of the program takes care of Wi-Fi, keys and sending.',
    'from croft import log',
    '',
    '# Seconds between two calls of read().',
    'EVERY = 60',
    '',
    '',
    'def setup():',
    '    """Once, after a start."""',
    '    log.note("info", "unit.py has begun")',
    '',
    '',
    'def read():',
    '    """The outputs that have a new value, or None."""',
    ...reading(outputs),
    '',
    '',
    'def on_input(name, value):',
    '    """The current value of each input at every connect, then every change."""',
    ...hearing(inputs),
    '',
  ].join('\n');
}

function reading(outputs: Entries): string[] {
  if (outputs.length === 0) return ['    return None'];
  const lines = outputs.map(([name, definition]) => `        ${python(name)}: ${python(exampleValue(definition))},`);
  return ['    # In place of these go the values of your sensors.', '    return {', ...lines, '    }'];
}

function hearing(inputs: Entries): string[] {
  const lines = inputs.flatMap(([name], index) => [
    `    ${index === 0 ? 'if' : 'elif'} name == ${python(name)}:`,
    '        # Here it does its work.',
    '        print(name, value)',
  ]);
  return lines.length > 0 ? lines : ['    print(name, value)'];
}

function exampleValue({ type, enum: listed, minimum, maximum, default: first }: Definition): JsonValue {
  if (first !== undefined) return first;
  const [choice] = listed ?? [];
  if (choice !== undefined) return choice;
  if (type === 'integer' || type === 'number') return between(minimum, maximum, type === 'integer');
  const empty = { boolean: false, string: '', object: {}, array: [] };
  return type === undefined ? 0 : empty[type];
}

function between(minimum = -Infinity, maximum = Infinity, isWhole = false): number {
  const usual = Math.min(Math.max(0, minimum), maximum);
  return isWhole ? Math.ceil(usual) : usual;
}

/** A JSON value as Python has it. */
function python(value: JsonValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${python(one)}`);
  return `{${members.join(', ')}}`;
}

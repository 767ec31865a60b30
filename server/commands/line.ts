import type { JsonValue } from '../variables/definition.ts';
import { type Addressed, findAddress, type Place, quoted } from './address.ts';
import { addressStart, type Character, isBreak, LineError, readCharacters } from './characters.ts';

/** A word behind the address: as text, and as the JSON value it is where it is one; `at` as in LineError. */
export type Word = { text: string; value: JsonValue; isLiteral: boolean; at: number };

export type CommandLine<U> = {
  unit: U;
  /** The command and its arguments. */
  words: [Word, ...Word[]];
  isTest: boolean;
  /** Where the line ends, for what is missing. */
  end: number;
};

/** Characters; a value of an input may be a text. */
const longestLine = 4_000;

/**
 * Reads `tx <address> <command> [args…]` as people type it: names of sectors and units may hold spaces without quotes, the
 * longest address that exists is meant; `"…"` and `\` make a shorter one clear. Arguments are JSON where they can be
 * (`15.0`, `true`, `{"a": 1}`), otherwise text; in quotes they are text. `--test` makes it a dry run. `tx` may be left out.
 * @throws LineError with the place of the fault
 */
export function readLine<U extends Addressed>(line: string, units: readonly U[], place: Place): CommandLine<U> {
  if (line.length > longestLine) throw new LineError(longestLine, `A line has ${longestLine} characters at most.`);
  const start = addressStart(line);
  if (start === line.length) throw new LineError(start, 'Name a unit and a command, as in /home/Garage/Light on true.');
  const characters = readCharacters(line, start);
  const found = findAddress(characters, units, place);
  const all = readWords(line, characters.list.slice(found.end));
  const [command, ...args] = all.filter((word) => !isTestFlag(word));
  const end = line.length;
  if (!command) throw new LineError(end, `Name a command after the address.${hint(found.shorter)}`);
  const isTest = all.some(isTestFlag) || line.slice(0, start).includes('--test');
  return { unit: found.unit, words: [command, ...args], isTest, end };
}

const isTestFlag = ({ text, isLiteral }: Word) => text === '--test' && !isLiteral;

const hint = (shorter: string | undefined) =>
  shorter === undefined ? '' : ` If ${shorter} is meant, put it in quotes: ${quoted(shorter)}.`;

function jsonOf(text: string): { value: JsonValue } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The words of the rest; a JSON object or array is one word, whatever is in it. */
function readWords(line: string, characters: readonly Character[]): Word[] {
  const words: Word[] = [];
  for (let index = 0; index < characters.length; ) {
    const first = characters[index];
    if (!first || isBreak(first)) {
      index++;
    } else if (!first.isLiteral && /[[{]/.test(first.text)) {
      const json = jsonAt(line, first.at);
      words.push({ ...json, isLiteral: false, at: first.at });
      while ((characters[index]?.at ?? line.length) < first.at + json.text.length) index++;
    } else {
      const begin = index;
      while (!isBreak(characters[index])) index++;
      words.push(wordOf(characters.slice(begin, index), first.at));
    }
  }
  return words;
}

function wordOf(characters: readonly Character[], at: number): Word {
  const text = characters.map((one) => one.text).join('');
  const isLiteral = characters.some((one) => one.isLiteral);
  return { text, value: isLiteral ? text : (jsonOf(text) ?? { value: text }).value, isLiteral, at };
}

/** The JSON text that begins here. @throws LineError when it never ends or is none */
function jsonAt(line: string, from: number): { text: string; value: JsonValue } {
  const text = line.slice(from, endOfBrackets(line, from));
  const json = jsonOf(text);
  if (!json) throw new LineError(from, 'This is no JSON; a text with brackets goes into quotes.');
  return { text, ...json };
}

/** Behind the bracket that closes the one at `from`; brackets in JSON's strings do not count. */
function endOfBrackets(line: string, from: number): number {
  let depth = 0;
  for (const { 0: text, index } of line.slice(from).matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (text.startsWith('"')) continue;
    depth += text === '[' || text === '{' ? 1 : -1;
    if (depth === 0) return from + index + 1;
  }
  return line.length;
}

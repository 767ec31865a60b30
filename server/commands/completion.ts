import { type Addressed, escaped, findAddress, type Place, spellings } from './address.ts';
import { addressStart, type Characters, LineError, readCharacters } from './characters.ts';

/** What the line may go on with: `text` takes the place of all that is typed from `from` on. */
export type Completion = { from: number; options: Option[] };
export type Option = { text: string; kind: 'sector' | 'unit' | 'command' | 'input' | 'value' };

/** What is typed behind the address of a unit, from `from` on. */
type Behind<U> = { unit: U; from: number; typed: string };

const mostOptions = 50;

/** How the address may go on, names of the tree a level at a time; and the unit whose address is complete. */
export function completeAddress<U extends Addressed>(
  line: string,
  units: readonly U[],
  place: Place,
): Completion & { behind: Behind<U> | undefined } {
  const from = addressStart(line);
  const characters = readTyped(line, from);
  const isOver = [...characters.ends].some((end) => end < characters.list.length);
  const options = isOver ? [] : nextNames(characters, units, place);
  return { from, options: options.slice(0, mostOptions), behind: behindAddress(line, characters, units, place) };
}

/** Both ways to go on: with a longer address, and with a command of the unit that is named already. */
export function joinCompletions(line: string, address: Completion, from: number, commands: Option[]): Completion {
  const options = commands.slice(0, mostOptions);
  if (address.options.length === 0) return { from, options };
  const typed = line.slice(address.from, from);
  return {
    from: address.from,
    options: [...address.options, ...options.map(({ text, kind }) => ({ text: typed + text, kind }))],
  };
}

/** A quote that is still open, or a backslash at the end, is no fault while the line is being typed. */
function readTyped(line: string, from: number): Characters {
  for (const text of [line, `${line}"`, line.slice(0, -1)]) {
    try {
      return readCharacters(text, from);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
    }
  }
  return { list: [], ends: new Set() };
}

function nextNames({ list }: Characters, units: readonly Addressed[], place: Place): Option[] {
  const typed = list.map(({ text }) => text).join('');
  const options = new Map<string, 'sector' | 'unit'>();
  for (const unit of units) {
    for (const spelling of spellings(unit, place)) {
      if (!spelling.startsWith(typed) || !isOffered(spelling, typed, unit, place)) continue;
      const end = spelling.indexOf('/', typed.length + (typed === '' ? 1 : 0));
      if (end < 0) options.set(`${escaped(spelling)} `, 'unit');
      else options.set(escaped(spelling.slice(0, end + 1)), 'sector');
    }
  }
  return [...options].map(([text, kind]) => ({ text, kind })).toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

/** Own units are offered with the username, or without the first slash, only to who types them so. */
function isOffered(spelling: string, typed: string, { owner, path }: Addressed, { username, here }: Place): boolean {
  if (owner !== username || spelling === path) return true;
  return spelling.startsWith(`${owner}:`) ? typed.includes(':') : here !== '' || typed !== '';
}

function behindAddress<U extends Addressed>(
  line: string,
  characters: Characters,
  units: readonly U[],
  place: Place,
): Behind<U> | undefined {
  try {
    const { unit, end } = findAddress(characters, units, place);
    const gap = characters.list[end];
    if (!gap) return undefined;
    const from = gap.at + (/^\s+/.exec(line.slice(gap.at))?.[0].length ?? 0);
    return { unit, from, typed: line.slice(from) };
  } catch (error) {
    if (error instanceof LineError) return undefined;
    throw error;
  }
}

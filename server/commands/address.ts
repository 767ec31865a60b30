import { type Characters, isBreak, LineError } from './characters.ts';

/** A unit somebody may command or see, by its address `username:/sector/…/unit`. */
export type Addressed = { id: string; owner: string; path: string };

export type Place = {
  username: string;
  /** The sector that relative addresses begin at, as in `/home/Garage`; '' for the top. */
  here: string;
};

/** The ways to write a unit's address: with the username, without it where it is one's own, and from the sector one is in. */
export function spellings({ owner, path }: Addressed, { username, here }: Place): string[] {
  if (owner !== username) return [`${owner}:${path}`];
  const relative = path.startsWith(`${here}/`) ? [path.slice(here.length + 1)] : [];
  return [`${owner}:${path}`, path, ...relative];
}

/** As it is typed without quotes: these two characters need a backslash. */
export const escaped = (text: string) => text.replaceAll(/["\\]/g, '\\$&');

/** An address in quotes: it means the same in every tree. */
export const quoted = (text: string) => `"${escaped(text)}"`;

export type Found<U extends Addressed> = {
  unit: U;
  /** Where what comes after the address begins, in the list of characters. */
  end: number;
  /** A shorter address that the line begins with as well. */
  shorter: string | undefined;
};

/**
 * The unit whose address the line begins with: the longest that exists, since names hold spaces. After a quoted part that a
 * space follows the address is over.
 * @throws LineError at the first name that is not there, with what is
 */
export function findAddress<U extends Addressed>(characters: Characters, units: readonly U[], place: Place): Found<U> {
  const matches = units.flatMap((unit) =>
    spellings(unit, place)
      .filter((spelling) => begins(characters, spelling))
      .map((spelling) => ({ unit, spelling, end: spelling.length })),
  );
  const [longest, shorter] = matches.toSorted((a, b) => b.end - a.end);
  if (!longest) throw notFound(characters, units, place);
  return { unit: longest.unit, end: longest.end, shorter: shorter?.spelling };
}

function begins({ list, ends }: Characters, spelling: string): boolean {
  if (list.length < spelling.length || !isBreak(list[spelling.length])) return false;
  for (let at = 0; at < spelling.length; at++) {
    if (list[at]?.text !== spelling[at] || (at > 0 && ends.has(at))) return false;
  }
  return true;
}

function notFound(characters: Characters, units: readonly Addressed[], place: Place): LineError {
  const known = units.flatMap((unit) => spellings(unit, place));
  const common = Math.max(0, ...known.map((spelling) => sharedNames(characters, spelling)));
  const text = characters.list.map((character) => character.text).join('');
  const prefix = text.slice(0, common);
  const names = nextNames(known, prefix);
  const at = characters.list[common]?.at ?? (characters.list.at(-1)?.at ?? -1) + 1;
  const sector = names.find((name) => name.endsWith('/') && text.startsWith(`${prefix}${name.slice(0, -1)} `));
  if (sector !== undefined) {
    const inside = listed(nextNames(known, prefix + sector));
    return new LineError(at, `${prefix}${sector} is a sector: name a unit in it.${inside}`);
  }
  const where = prefix === '' ? 'No unit' : `In ${prefix} no unit`;
  return new LineError(at, `${where} is called like this.${listed(names)}`);
}

/** What stands behind the prefix, a level of the tree; at the beginning of a line the places of one's own tree. */
function nextNames(known: readonly string[], prefix: string): string[] {
  const meant = known.filter((spelling) => spelling.startsWith(prefix === '' ? '/' : prefix));
  const names = meant.map((spelling) => /^\/?[^/]*\/?/.exec(spelling.slice(prefix.length))?.[0] ?? '');
  return [...new Set(names)].filter((name) => name !== '');
}

const listed = (names: readonly string[]) =>
  names.length === 0 ? '' : ` There is: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}.`;

/** How many characters of the spelling the line begins with, in whole names. */
function sharedNames({ list }: Characters, spelling: string): number {
  let shared = 0;
  while (shared < spelling.length && list[shared]?.text === spelling[shared]) shared++;
  return spelling.slice(0, shared).lastIndexOf('/') + 1;
}

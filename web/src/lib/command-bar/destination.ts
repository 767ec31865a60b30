import { sectorAddress } from '#lib/sectors/sector-address.ts';
import type { Places } from '#lib/shell/places.ts';
import { titleOf, type Unit } from '#lib/units/unit.ts';

export type Destination = {
  /** found: a unit of somebody else */
  kind: 'action' | 'page' | 'unit' | 'sector' | 'variable' | 'found';
  label: string;
  /** Where it is: told beside the label, and searched too */
  detail: string;
  href: string;
};

/** What of each kind is listed at most: past so many, more letters find it sooner than the eye. */
const mostOfKind = 6;

/** Everything of the user's own that has a page. */
export function ownDestinations({ sectors, units }: Places): Destination[] {
  return [
    ...units.map(unitDestination),
    ...sectors.map(({ name, path }): Destination => {
      return { kind: 'sector', label: name, detail: path, href: sectorAddress(path) };
    }),
    ...units.flatMap(variableDestinations),
  ];
}

/** Units of others that were found, without those that are the user's own. */
export const foundDestinations = (units: readonly Unit[]): Destination[] =>
  units.filter(({ owned }) => !owned).map((unit) => ({ ...unitDestination(unit), kind: 'found' }));

function unitDestination({ id, name, address, owned }: Unit): Destination {
  return { kind: 'unit', label: name, detail: placeOf(address, owned), href: `/units/${id}` };
}

function variableDestinations({ address, owned, variables }: Unit): Destination[] {
  return variables.map((variable) => ({
    kind: 'variable',
    label: titleOf(variable),
    detail: `${placeOf(address, owned)}#${variable.name}`,
    href: `/variables/${variable.id}`,
  }));
}

/** One's own address without one's own name. */
const placeOf = (address: string, owned: boolean) => (owned ? address.slice(address.indexOf(':') + 1) : address);

/**
 * What has all the words that were typed, in any order and case; names that begin with them come first. In the order of
 * `all` otherwise, a few of each kind.
 */
export function matching(all: readonly Destination[], typed: string): Destination[] {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  const ranked = all.flatMap((one) => {
    const rank = rankOf(folded(one.label), folded(one.detail), words);
    // There are many more of them: the place or the unit of that name comes first.
    return rank === undefined ? [] : [{ one, rank: one.kind === 'variable' ? rank + 1 : rank }];
  });
  const sorted = ranked.toSorted((a, b) => a.rank - b.rank).map(({ one }) => one);
  return [...Map.groupBy(sorted, ({ kind }) => kind).values()].flatMap((kind) => kind.slice(0, mostOfKind));
}

function rankOf(label: string, detail: string, words: readonly string[]): number | undefined {
  if (!words.every((word) => label.includes(word) || detail.includes(word))) return undefined;
  const text = words.join(' ');
  if (label === text) return 0;
  if (label.startsWith(text)) return 1;
  return words.every((word) => label.includes(word)) ? 2 : 3;
}

/** Without case and accents: `sauna` finds `Säuna`. */
const folded = (text: string) =>
  text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();

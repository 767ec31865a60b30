import type { JsonValue } from '../variables/definition.ts';
import type { Entry, ValueEvent } from './entry.ts';

type Literal = string | number | boolean;

/** Postgres array literals, joined by hand: a fifth of the time of pg's own conversion of JavaScript arrays. */
const arrays = (columns: Literal[][]): string[] => columns.map((column) => `{${column.join(',')}}`);
const columns = (count: number): Literal[][] => Array.from({ length: count }, () => []);
const addRow = (to: Literal[][], ...row: Literal[]) => row.forEach((literal, index) => void to[index]?.push(literal));

const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const jsonLiteral = (value: JsonValue) => (typeof value === 'number' ? 'NULL' : quoted(JSON.stringify(value)));
const numberLiteral = (value: JsonValue) => (typeof value === 'number' ? value : 'NULL');

/** Ordered by id, so that two processes that meet on the same rows do not lock each other out. */
const byId = <T>(map: Map<number, T>) => [...map].sort(([a], [b]) => a - b);

/** Whether there are values of inputs, whose rows both writers change because links and people set them, or hops to note. */
export const isAboutLinks = (entries: readonly Entry[]): boolean =>
  entries.some(({ values, heard, hops, linked }) => linked || hops !== undefined || (!heard && values.length > 0));

/** The parameters $1 … $14 of the hot statement (see store.ts) for these entries. */
export function hotColumns(entries: readonly Entry[]): string[] {
  const newest = new Map<number, ValueEvent>();
  const heard = new Map<number, NonNullable<Entry['heard']>>();
  const events = columns(5);
  for (const event of eventsOf(entries)) {
    const { variableId, at, value, corrected } = event;
    addRow(events, variableId, at, numberLiteral(value), jsonLiteral(value), corrected);
    const known = newest.get(variableId);
    if (!known || at >= known.at) newest.set(variableId, event);
  }
  for (const entry of entries) if (entry.heard) heard.set(entry.unitId, entry.heard);
  return [...arrays(events), ...currentColumns(newest), ...heardColumns(heard)];
}

/** The parameters $18 and $19, in the order of the rows of $1 … $5: the link and the hops of each. */
export function linkColumns(entries: readonly Entry[]): string[] {
  const links = columns(2);
  for (const { values, hops, linked = [] } of entries) {
    for (const _ of values) addRow(links, 'NULL', hops ?? 'NULL');
    for (const part of linked) for (const { linkId } of part.values) addRow(links, linkId, part.hops);
  }
  return arrays(links);
}

function* eventsOf(entries: readonly Entry[]): Generator<ValueEvent> {
  for (const { values, linked } of entries) {
    yield* values;
    if (linked) for (const part of linked) yield* part.values;
  }
}

function currentColumns(newest: Map<number, ValueEvent>): string[] {
  const current = columns(4);
  for (const [id, { at, value }] of byId(newest)) addRow(current, id, at, numberLiteral(value), jsonLiteral(value));
  return arrays(current);
}

function heardColumns(heard: Map<number, NonNullable<Entry['heard']>>): string[] {
  const progress = columns(5);
  for (const [id, { generation, boot, seq, at }] of byId(heard)) addRow(progress, id, generation, boot, seq, at);
  return arrays(progress);
}

import type { JsonValue } from '../variables/definition.ts';

/** One value of one variable; `at` is epoch milliseconds, `corrected` says that the device's clock was not believed. */
export type ValueEvent = {
  variableId: number;
  variableUuid: string;
  at: number;
  value: JsonValue;
  corrected: boolean;
};

/** A unit on the way of a value through links, as its owner knows it. */
export type Stop = { unitUuid: string; name: string; ownerId: number };

/** What went through links into the inputs of one unit: written in the commit of the outputs it came from. */
export type LinkedPart = {
  unitId: number;
  unitUuid: string;
  /** Links in a row that brought it here, from 1. */
  hops: number;
  /** The units it came by, this one last. */
  trail: readonly Stop[];
  values: readonly (ValueEvent & { linkId: number })[];
};

export type LogLine = { at: number; level: string; text: string };

/** What one message brings, stored whole or not at all. Everything about one unit keeps its order. */
export type Entry = {
  unitId: number;
  unitUuid: string;
  values: readonly ValueEvent[];
  /** Links in a row that led to these outputs; none when no linked input was set just before. */
  hops?: number;
  /** What the outputs feed, after them in the log. Each part is as good as an entry of its own unit. */
  linked?: readonly LinkedPart[];
  /**
   * The device was heard, with keys of this generation: replay counters (0, 0 where there are none) and the time of arrival
   * in epoch milliseconds.
   */
  heard?: { generation: number; boot: number; seq: number; at: number };
  state?: { [name: string]: JsonValue };
  log?: LogLine;
  /** The id of the submission that brought these values: it is finished in their commit. */
  submission?: number;
};

/** How many rows of the log an entry takes. */
export const rowsOf = ({ values, linked }: Pick<Entry, 'values' | 'linked'>): number =>
  linked ? linked.reduce((rows, part) => rows + part.values.length, values.length) : values.length;

/**
 * An entry after its commit; its values and then those of its linked parts stand in the log at (tx, n), (tx, n + 1) … Whoever reads on after `safeTx` misses
 * nothing that this process still has to commit, and may meet the last few commits again.
 */
export type Stored = { entry: Entry; tx: number; n: number; safeTx: number };

import type { JsonValue } from '../variables/definition.ts';

/** One value of one variable; `at` is epoch milliseconds, `corrected` says that the device's clock was not believed. */
export type ValueEvent = {
  variableId: number;
  variableUuid: string;
  at: number;
  value: JsonValue;
  corrected: boolean;
};

export type LogLine = { at: number; level: string; text: string };

/** What one message brings, stored whole or not at all. Everything about one unit keeps its order. */
export type Entry = {
  unitId: number;
  unitUuid: string;
  values: readonly ValueEvent[];
  /**
   * The device was heard, with keys of this generation: replay counters (0, 0 where there are none) and the time of arrival
   * in epoch milliseconds.
   */
  heard?: { generation: number; boot: number; seq: number; at: number };
  state?: { [name: string]: JsonValue };
  log?: LogLine;
};

/**
 * An entry after its commit; its values stand in the log at (tx, n), (tx, n + 1) … Whoever reads on after `safeTx` misses
 * nothing that this process still has to commit, and may meet the last few commits again.
 */
export type Stored = { entry: Entry; tx: number; n: number; safeTx: number };

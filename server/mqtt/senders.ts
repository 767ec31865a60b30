import type { KeySet, LiveUnit } from '../directory/directory.ts';
import { createFlow, type Flow, type Rate } from './flow.ts';

/** A unit as the door knows it: where its counters stand and what waits for its turn. */
export type Sender = {
  unit: LiveUnit;
  /** Those it was let in with: for as long as they are valid, they are the ones of its messages, both ways. */
  keys: KeySet;
  /** The last (boot, seq) let in; what is not larger is a replay. */
  boot: number;
  seq: number;
  flow: Flow;
  /** Messages held back by the limits, oldest first. */
  held: (() => void)[];
  /** Until when the device need not be told again that it is held back (epoch ms). */
  quietUntil: number;
};

export function createSender(unit: LiveUnit, rate: Rate, keys = unit.keys, counters = { boot: 0, seq: 0 }): Sender {
  return { unit, keys, ...counters, flow: createFlow(rate), held: [], quietUntil: 0 };
}

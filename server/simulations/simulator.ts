import type { JsonValue } from '../variables/definition.ts';

export type SimulatedValue = { name: string; value: JsonValue };

/** What a simulation tells at one moment, and after how many milliseconds it wants to go on. */
export type Step = { values: SimulatedValue[]; next: number };

/** A thing that is not there. It knows no timers: time (epoch ms, never backwards) and chance come from outside. */
export type Simulator = {
  step(now: number): Step;
  /** Takes a value for one of its inputs; false when it has no such input or cannot use the value. The next step shows it. */
  set(name: string, value: JsonValue): boolean;
};

/** `random` as Math.random: from 0 to below 1. */
export type MakeSimulator = (random: () => number) => Simulator;

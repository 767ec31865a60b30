import type { DeviceKeys } from './fleet.ts';
import type { Correctness, Sent } from './stored.ts';

/** CPU seconds used so far. */
export type Cpu = { server: number; postgres: number };

/** Something that devices publish to: an instance, or a broker that stores nothing. */
export type System = {
  name: string;
  port: number;
  devices: readonly DeviceKeys[];
  /** It does not look into messages, so that they can be sent again and again. */
  isEndless: boolean;
  /** Larger at each call. */
  nextBoot: () => number;
  cpu: () => Cpu;
  /** Resident MB of the server, and of its Postgres with shared pages counted once. */
  memory: () => { server: number; postgres: number };
  /** Undefined for what stores nothing. */
  check: ((sent: readonly Sent[]) => Promise<Correctness>) | undefined;
};

/** Counts from 1: the boot counters of devices. */
export function createBoots(): () => number {
  let boot = 0;
  return () => ++boot;
}

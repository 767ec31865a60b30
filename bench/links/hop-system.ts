import type { HopPlan, HopResult } from './hops.ts';

/** Two shapes of graph: so many outputs each to one input, or one output to so many inputs. */
export type Shape = { kind: 'pairs'; count: number } | { kind: 'fan-out'; count: number };

/** Something that brings values from one device to others. */
export type HopSystem = {
  name: string;
  /** Makes the devices and the edges of a shape. */
  plan: (shape: Shape) => Promise<HopPlan>;
  /** CPU seconds used so far. */
  cpu: () => { server: number; postgres: number };
  /** Whether everything published is stored exactly once, output and input; undefined for what stores nothing. */
  check: ((result: HopResult) => Promise<{ lost: number; duplicated: number }>) | undefined;
};

/** Which targets each source feeds. */
export const feedsOf = ({ kind, count }: Shape): number[][] =>
  kind === 'pairs' ? Array.from({ length: count }, (_, i) => [i]) : [Array.from({ length: count }, (_, i) => i)];

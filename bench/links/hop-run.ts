import { cpuSeconds, machineCpuSeconds } from '../ingest/process-figures.ts';
import { generateHops } from './hop-generator.ts';
import type { HopSystem, Shape } from './hop-system.ts';
import type { HopLoad, HopResult } from './hops.ts';

export type HopRow = HopResult & {
  system: string;
  shape: Shape;
  load: HopLoad;
  cpu: { server: number; postgres: number; generator: number; others: number };
  /** Undefined for what stores nothing. */
  stored: { lost: number; duplicated: number } | undefined;
};

type Options = { shape: Shape; load: HopLoad; warmUp: number; seconds: number };

/** Makes the graph, warms up, measures, and looks everything up afterwards. */
export async function runHops(system: HopSystem, { shape, load, warmUp, seconds }: Options): Promise<HopRow> {
  const plan = await system.plan(shape);
  const read = (pid: number) => ({ ...system.cpu(), generator: cpuSeconds([pid]), machine: machineCpuSeconds() });
  let began = read(0);
  let ended = began;
  const result = await generateHops({ ...plan, load, warmUp, seconds }, (event, pid) => {
    if (event === 'began') began = read(pid);
    else ended = read(pid);
  });
  const [server, postgres] = [ended.server - began.server, ended.postgres - began.postgres];
  const generator = ended.generator - began.generator;
  const others = ended.machine - began.machine - server - (postgres || 0) - generator;
  return {
    ...result,
    ...{ system: system.name, shape, load, cpu: { server, postgres, generator, others } },
    stored: await system.check?.(result),
  };
}

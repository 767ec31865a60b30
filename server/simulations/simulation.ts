import type { Log } from '../log.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { SimulatedValue, Simulator } from './simulator.ts';

/** Milliseconds between two steps at least, however fast inputs change: half of what a unit may send. */
const shortestPause = 200;

type Deps = {
  simulator: Simulator;
  publish: (values: SimulatedValue[]) => Promise<void>;
  now: () => number;
  log: Log;
};

/** One simulator running in time: steps, waits until what it told is stored, waits as long as it wants, steps again. */
export function createSimulation({ simulator, publish, now, log }: Deps) {
  let timer: NodeJS.Timeout | undefined;
  let isStepping = false;
  let isStopped = false;
  let steppedAt = Number.NEGATIVE_INFINITY;
  /** Something changed while a step was being stored. */
  let isStale = false;

  function after(milliseconds: number): void {
    clearTimeout(timer);
    if (!isStopped) timer = setTimeout(step, milliseconds).unref();
  }

  async function step(): Promise<void> {
    isStepping = true;
    isStale = false;
    steppedAt = now();
    const { values, next } = simulator.step(steppedAt);
    await publish(values).catch((error) => log.warn({ err: error }, 'a value of a simulation was not stored'));
    isStepping = false;
    after(isStale ? shortestPause : Math.max(next, shortestPause));
  }

  return {
    start: () => after(0),

    /** @returns whether it was understood; what follows from it is told at once */
    set(name: string, value: JsonValue): boolean {
      if (!simulator.set(name, value)) return false;
      isStale = true;
      if (!isStepping) after(Math.max(0, steppedAt + shortestPause - now()));
      return true;
    },

    stop(): void {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

export type Simulation = ReturnType<typeof createSimulation>;

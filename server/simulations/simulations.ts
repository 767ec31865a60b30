import type { Change } from '../database/changes.ts';
import type { Log } from '../log.ts';
import type { SimulatedUnit } from '../units/units.ts';
import type { JsonValue } from '../variables/definition.ts';
import { createAlarmedDoor } from './alarmed-door.ts';
import { createDimmerLamp } from './dimmer-lamp.ts';
import { createSimulation, type Simulation } from './simulation.ts';
import type { MakeSimulator, SimulatedValue } from './simulator.ts';
import { createWeatherStation } from './weather-station.ts';

export type { SimulatedValue } from './simulator.ts';

const makers: Record<SimulatedUnit['simulation'], MakeSimulator> = {
  'weather-station': createWeatherStation,
  'dimmer-lamp': createDimmerLamp,
  'alarmed-door': createAlarmedDoor,
};

type Deps = {
  /** The virtual units there are; with a UUID that one alone. */
  load: (uuid?: string) => Promise<SimulatedUnit[]>;
  /** Sends values as a device would: through the same checks and the journal. Resolves once they are stored. */
  publish: (unitUuid: string, values: SimulatedValue[]) => Promise<void>;
  onChange: (listener: (change: Change | 'missed') => void) => void;
  now?: () => number;
  random?: () => number;
  log: Log;
};

type Running = { simulation: Simulation; outputs: ReadonlySet<string> };

/** Runs the virtual units: each for as long as it exists and its owner is not locked. */
export function createSimulations({ load, publish, onChange, now = Date.now, random = Math.random, log }: Deps) {
  const running = new Map<string, Running>();
  let queue = Promise.resolve();
  let isStopped = false;

  function run(unit: SimulatedUnit): void {
    const outputs = new Set(unit.outputs);
    const known = running.get(unit.uuid);
    if (known) return void running.set(unit.uuid, { ...known, outputs });
    const simulator = makers[unit.simulation](random);
    for (const [name, value] of unit.inputs) simulator.set(name, value);
    const simulation = createSimulation({
      simulator,
      publish: (values) => publishKnown(unit.uuid, values),
      now,
      log: log.child({ unit: unit.uuid }),
    });
    running.set(unit.uuid, { simulation, outputs });
    simulation.start();
  }

  /** Only outputs that the unit has: its owner may have removed some. */
  async function publishKnown(uuid: string, values: SimulatedValue[]): Promise<void> {
    const outputs = running.get(uuid)?.outputs;
    const known = values.filter(({ name }) => outputs?.has(name));
    if (known.length > 0) await publish(uuid, known);
  }

  function end(uuid: string): void {
    running.get(uuid)?.simulation.stop();
    running.delete(uuid);
  }

  /** Runs what there is, ends what there is no more: of one unit, or of all. */
  async function settle(uuid?: string): Promise<void> {
    const units = await load(uuid);
    if (isStopped) return;
    const present = new Set(units.map((unit) => unit.uuid));
    const candidates = uuid === undefined ? [...running.keys()] : [uuid];
    for (const one of candidates) if (!present.has(one)) end(one);
    for (const unit of units) run(unit);
  }

  /** One after the other: an answer of before a change must not overtake the one after it. */
  function settleLater(uuid?: string): Promise<void> {
    queue = queue
      .then(() => (isStopped ? undefined : settle(uuid)))
      .catch((error) => log.error({ err: error }, 'virtual units could not be loaded'));
    return queue;
  }

  onChange((change) => {
    if (change !== 'missed' && 'unit' in change) settleLater(change.unit);
    else settleLater();
  });

  return {
    isRunning: (unitUuid: string): boolean => running.has(unitUuid),

    /** Hands an input to a simulation. @returns true when it took it, as a device that confirms */
    deliver: (unitUuid: string, name: string, value: JsonValue): boolean =>
      running.get(unitUuid)?.simulation.set(name, value) ?? false,

    start: () => settleLater(),
    stop: async () => {
      isStopped = true;
      await queue;
      for (const uuid of [...running.keys()]) end(uuid);
    },
  };
}

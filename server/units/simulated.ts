import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Variables } from '../variables/variables.ts';
import { simulation } from './contract.ts';
import { simulatedUnits } from './store.ts';

/** A virtual unit: what its simulation begins with. */
export type SimulatedUnit = {
  uuid: string;
  simulation: z.output<typeof simulation>;
  /** The names of its outputs: its schema may have changed since it was made. */
  outputs: string[];
  /** The inputs that were set, by name. */
  inputs: Map<string, JsonValue>;
};

export async function loadSimulated(db: Db, variables: Variables, uuid?: string): Promise<SimulatedUnit[]> {
  const units = await simulatedUnits(db, uuid);
  const ofUnits = await variables.ofUnits(
    db,
    units.map(({ id }) => id),
  );
  return units.map((unit) => {
    const own = ofUnits.get(unit.id) ?? [];
    const set = own.filter(({ direction, at }) => direction === 'input' && at !== null);
    return {
      uuid: unit.uuid,
      simulation: simulation.parse(unit.simulation),
      outputs: own.filter(({ direction }) => direction === 'output').map(({ name }) => name),
      inputs: new Map(set.map(({ name, value }) => [name, value])),
    };
  });
}

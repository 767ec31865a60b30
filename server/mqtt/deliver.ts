import type { Directory, LiveVariable } from '../directory/directory.ts';
import type { Stored } from '../journal/journal.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Connections } from './connections.ts';

type Deps = {
  directory: Directory;
  connections: Connections;
  /** Hands an input to a simulation; true when it took it. */
  simulate: (unitUuid: string, name: string, value: JsonValue) => boolean;
  confirmed: (unitUuid: string, input: LiveVariable) => void;
};

/** Sends stored inputs to the units they control. One that is not there gets the current value when it subscribes. */
export function createDelivery({ directory, connections, simulate, confirmed }: Deps) {
  return (stored: Stored[]): void => {
    for (const { entry } of stored) {
      // What was heard from a device are outputs.
      if (entry.heard) continue;
      for (const { variableId, value } of entry.values) {
        const input = directory.peek(entry.unitUuid)?.variables.get(variableId);
        if (input?.direction !== 'input') continue;
        for (const connection of connections.of(entry.unitUuid)) connections.sendInput(connection, input, value);
        if (simulate(entry.unitUuid, input.name, value)) confirmed(entry.unitUuid, input);
      }
    }
  };
}

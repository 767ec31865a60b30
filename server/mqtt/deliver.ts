import type { Directory, LiveUnit, LiveVariable } from '../directory/directory.ts';
import type { Stored, ValueEvent } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { Connections } from './connections.ts';

type Deps = {
  directory: Directory;
  connections: Connections;
  isSimulated: (unitUuid: string) => boolean;
  /** Hands an input to a simulation; true when it took it. */
  simulate: (unitUuid: string, name: string, value: JsonValue) => boolean;
  confirmed: (unitUuid: string, input: LiveVariable, at: number) => void;
  log: Log;
};

/** Sends stored inputs to the units they control. One that is not there gets the current value when it subscribes. */
export function createDelivery({ directory, connections, isSimulated, simulate, confirmed, log }: Deps) {
  function hand(unit: LiveUnit, { variableId, value, at }: ValueEvent): void {
    const input = unit.variables.get(variableId);
    if (input?.direction !== 'input') return;
    if (simulate(unit.uuid, input.name, value)) confirmed(unit.uuid, input, at);
  }

  /** A unit that was changed a moment ago is loaded anew. */
  function handLater(unitUuid: string, event: ValueEvent): void {
    directory.find(unitUuid).then(
      (unit) => unit && hand(unit, event),
      (err) => log.warn({ err }, 'a value did not reach a virtual unit; it is there when it starts again'),
    );
  }

  function deliver(unitUuid: string, event: ValueEvent): void {
    for (const connection of connections.of(unitUuid)) {
      const input = connection.sender.unit.variables.get(event.variableId);
      if (input?.direction === 'input') connections.sendInput(connection, input, event);
    }
    if (!isSimulated(unitUuid)) return;
    const unit = directory.peek(unitUuid);
    if (unit) hand(unit, event);
    else handLater(unitUuid, event);
  }

  return (stored: Stored[]): void => {
    for (const { entry } of stored) {
      // What was heard from a device are outputs; inputs are set by people, and by links.
      if (!entry.heard) for (const event of entry.values) deliver(entry.unitUuid, event);
      for (const part of entry.linked ?? []) for (const event of part.values) deliver(part.unitUuid, event);
    }
  };
}

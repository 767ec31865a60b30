import type { JsonValue } from '../variables/definition.ts';
import type { Simulator, Step } from './simulator.ts';

const repeatEvery = 30_000;
/** Milliseconds: how long the door stays as it is, at least and at most. The first time somebody comes soon. */
const closedFor = [40_000, 180_000] as const;
const openFor = [5_000, 20_000] as const;
const firstClosedFor = [8_000, 15_000] as const;

/**
 * A door that somebody goes through now and then. Opened while `armed` it sounds the alarm until it is disarmed;
 * `siren` sounds it at once.
 */
export function createAlarmedDoor(random: () => number): Simulator {
  const between = ([least, most]: readonly [number, number]) => least + random() * (most - least);
  const inputs = { armed: false, siren: false };
  let isOpen = false;
  let isTripped = false;
  let movesAt: number | undefined;

  function set(name: string, value: JsonValue): boolean {
    if ((name !== 'armed' && name !== 'siren') || typeof value !== 'boolean') return false;
    inputs[name] = value;
    isTripped = inputs.armed && (isTripped || isOpen);
    return true;
  }

  function moveUntil(now: number): number {
    let moment = movesAt ?? now + between(firstClosedFor);
    // After a pause of the whole process it is moved once, not for each time that was missed.
    if (moment <= now) {
      isOpen = !isOpen;
      isTripped ||= inputs.armed && isOpen;
      moment = now + between(isOpen ? openFor : closedFor);
    }
    movesAt = moment;
    return moment;
  }

  function step(now: number): Step {
    const moves = moveUntil(now);
    return {
      next: Math.min(repeatEvery, moves - now),
      values: [
        { name: 'door', value: isOpen ? 'open' : 'closed' },
        { name: 'alarm', value: inputs.siren || isTripped },
      ],
    };
  }

  return { step, set };
}

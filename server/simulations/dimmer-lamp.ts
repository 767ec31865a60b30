import type { JsonValue } from '../variables/definition.ts';
import { gaussian, rounded, within } from './noise.ts';
import type { Simulator, Step } from './simulator.ts';

const every = 10_000;
const whileFading = 250;
/** From dark to full, in milliseconds. */
const fullFade = 1_500;
/** Of a 9 W LED bulb: what it draws when dark, what the light adds at full, and its light. */
const watts = { standby: 0.4, light: 8.6 };
const lumens = 806;

/** A lamp that fades to what its inputs say: `lamp`, or `on` where the schema calls it so, and `level` (0 to 100 %). */
export function createDimmerLamp(random: () => number): Simulator {
  let isOn = false;
  let level = 100;
  let glow = 0;
  let last: number | undefined;

  function set(name: string, value: JsonValue): boolean {
    if ((name === 'lamp' || name === 'on') && typeof value === 'boolean') isOn = value;
    else if (name === 'level' && typeof value === 'number') level = within(0, 100, value);
    else return false;
    return true;
  }

  function step(now: number): Step {
    const target = isOn ? level / 100 : 0;
    const reach = (now - (last ?? now)) / fullFade;
    last = now;
    glow += within(-reach, reach, target - glow);
    const isFading = Math.abs(target - glow) > 1e-6;
    // The mains are never quite steady.
    const flicker = 1 + within(-0.02, 0.02, 0.004 * gaussian(random));
    return {
      next: isFading ? whileFading : every,
      values: [
        { name: 'power', value: rounded((watts.standby + watts.light * glow) * flicker, 2) },
        { name: 'brightness', value: Math.round(lumens * glow * flicker) },
      ],
    };
  }

  return { step, set };
}

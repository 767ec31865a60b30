import { createWandering, rounded, within } from './noise.ts';
import type { Simulator, Step } from './simulator.ts';

const every = 2_000;
const day = 86_400_000;

/** From -1 at three in the night to 1 at three in the afternoon (UTC). */
const warmthOfDay = (now: number) => Math.cos((2 * Math.PI * ((now % day) - 15 * 3_600_000)) / day);

/** A mild place: warmest at three in the afternoon, damp when cold, windier by day, pressure that takes hours to change. */
export function createWeatherStation(random: () => number): Simulator {
  const wander = (deviation: number, memory: number) => createWandering(random, { deviation, memory });
  const [warmth, air, damp, weight, wind, gusts] = [
    wander(1.5, 3_600),
    wander(0.15, 20),
    wander(2, 120),
    wander(6, 6 * 3_600),
    wander(1.2, 600),
    wander(0.6, 6),
  ];
  const jitter = wander(0.04, 1);
  let last: number | undefined;

  function step(now: number): Step {
    const elapsed = (now - (last ?? now)) / 1000;
    last = now;
    const sun = warmthOfDay(now);
    const temperature = 15 + 6 * sun + warmth(elapsed) + air(elapsed);
    const humidity = within(15, 100, 62 - 2.4 * (temperature - 15) + damp(elapsed));
    const pressure = 1013 + weight(elapsed) + jitter(elapsed);
    const windSpeed = within(0, 40, 3 + sun + wind(elapsed) + gusts(elapsed));
    return {
      next: every,
      values: [
        { name: 'temperature', value: rounded(temperature, 2) },
        { name: 'humidity', value: rounded(humidity, 1) },
        { name: 'pressure', value: rounded(pressure, 2) },
        { name: 'wind', value: rounded(windSpeed, 1) },
      ],
    };
  }

  return { step, set: () => false };
}

/**
 * Noise as nature's: it wanders around 0 with this standard deviation and comes back within about `memory` seconds
 * (an Ornstein-Uhlenbeck process, exact for any step).
 */
export function createWandering(random: () => number, { deviation, memory }: { deviation: number; memory: number }) {
  let value = deviation * gaussian(random);
  /** @param elapsed seconds since the last call */
  return (elapsed: number): number => {
    const kept = Math.exp(-elapsed / memory);
    value = value * kept + deviation * Math.sqrt(1 - kept * kept) * gaussian(random);
    return value;
  };
}

/** A normally distributed number, mean 0, deviation 1 (Box and Muller, 1958). */
export function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export function within(minimum: number, maximum: number, value: number): number {
  return Math.min(maximum, Math.max(minimum, value));
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

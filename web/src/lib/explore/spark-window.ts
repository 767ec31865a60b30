const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

const shortest = 10 * minute;
const longest = 30 * day;
const usual = 60 * minute;
/** A sparkline is some 100 pixels wide: more points would not be seen. */
const points = 60;
/** So many values are a line that says something. */
const valuesShown = 120;

/**
 * How far back a sparkline looks, in milliseconds, and the period of each of its points, as in 10s: minutes for what
 * speaks every few seconds, days for what speaks every hour.
 * @param interval seconds expected between values; undefined: nobody knows
 */
export function sparkWindow(interval: number | undefined): { length: number; every: string } {
  const wanted = interval === undefined ? usual : interval * valuesShown * second;
  const length = Math.min(Math.max(wanted, shortest), longest);
  return { length, every: `${Math.ceil(length / points / second)}s` };
}

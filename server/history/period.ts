const unitLengths = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
type Unit = keyof typeof unitLengths;

/** Periods people expect on a chart. */
const steps = ['1s', '5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h', '3h', '6h', '12h', '1d', '7d'];
const longestStep = 7;

/** @param text a number and s, m, h or d, as in 15m (the contract lets nothing else through) @returns milliseconds */
export function parsePeriod(text: string): number {
  return Number(text.slice(0, -1)) * unitLengths[text.slice(-1) as Unit];
}

/** The shortest pleasant period that divides `length` milliseconds into at most `most` parts: 15m, or weeks when it is years. */
export function choosePeriod(length: number, most: number): string {
  const atLeast = length / most;
  const step = steps.find((text) => parsePeriod(text) >= atLeast);
  return step ?? `${longestStep * Math.ceil(atLeast / (longestStep * unitLengths.d))}d`;
}

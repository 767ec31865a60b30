import { whole } from './table.ts';

/** What is to be reached, and whether it was: reported, never asserted. */
export type Target = { text: string; figure: string; isMet: boolean };

const short = (number: number) => (Number.isInteger(number) ? String(number) : number.toFixed(number < 10 ? 2 : 1));

export const atLeast = (name: string, bound: number, figure: number): Target => ({
  text: `${name} ≥ ${whole(bound)}`,
  figure: whole(figure),
  isMet: figure >= bound,
});

export const atMost = (name: string, bound: number, figure: number, unit: string): Target => ({
  text: `${name} ≤ ${bound} ${unit}`.trimEnd(),
  figure: `${short(figure)} ${unit}`.trimEnd(),
  isMet: figure <= bound,
});

export const below = (name: string, bound: number, figure: number, unit: string): Target => ({
  text: `${name} < ${bound} ${unit}`,
  figure: `${short(figure)} ${unit}`,
  isMet: figure < bound,
});

export function targetText(targets: readonly Target[]): string {
  const width = Math.max(...targets.map(({ text }) => text.length));
  const lines = targets.map(
    ({ text, figure, isMet }) => `  ${text.padEnd(width)}  ${figure.padStart(9)}  ${isMet ? 'met' : 'not met'}`,
  );
  return `${lines.join('\n')}\n`;
}

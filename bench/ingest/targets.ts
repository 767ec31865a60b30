import type { IdleFigures } from './idle-run.ts';
import type { LoadRow } from './load-run.ts';

export type Target = { text: string; figure: string; isMet: boolean };

/** The figures an instance is to reach on two cores with its Postgres beside it. Reported, never asserted: machines differ. */
export function loadTargets(rows: readonly LoadRow[]): Target[] {
  const lost = rows.reduce((sum, { correctness }) => sum + (correctness?.lost ?? 0), 0);
  return [...rows.flatMap(targetsOf), atMost('acknowledged and lost', 0, lost, '')];
}

function targetsOf(row: LoadRow): Target[] {
  if ('rate' in row.load) return [below(`p99 at ${count(row.load.rate)}/s`, 15, row.p99, 'ms')];
  const messages = row.load.window === 1 ? 15_000 : 25_000;
  const name = `${row.devices} devices, window ${row.load.window}`;
  return [
    atLeast(`messages/s stored before acknowledged (${name})`, messages, row.messagesPerSecond),
    below(`p99 at that load (${name})`, 150, row.p99, 'ms'),
  ];
}

export function idleTargets(idle: IdleFigures): Target[] {
  return [
    below('idle memory with the database', 200, idle.memory.server + idle.memory.postgres, 'MB'),
    atMost('RSS per idle connected device, as it comes', 45, idle.perDevice.grown, 'KB'),
    atMost('RSS per idle connected device, after a garbage collection', 45, idle.perDevice.held, 'KB'),
    below('ready at the first start', 3, idle.firstStart, 's'),
    below('ready at a later start', 1, idle.laterStart, 's'),
  ];
}

const count = (number: number) => Math.round(number).toLocaleString('en');
const short = (number: number) => (Number.isInteger(number) ? String(number) : number.toFixed(number < 10 ? 2 : 1));

const atLeast = (name: string, bound: number, figure: number): Target => ({
  text: `${name} ≥ ${count(bound)}`,
  figure: count(figure),
  isMet: figure >= bound,
});

const atMost = (name: string, bound: number, figure: number, unit: string): Target => ({
  text: `${name} ≤ ${bound} ${unit}`.trimEnd(),
  figure: `${short(figure)} ${unit}`.trimEnd(),
  isMet: figure <= bound,
});

const below = (name: string, bound: number, figure: number, unit: string): Target => ({
  text: `${name} < ${bound} ${unit}`,
  figure: `${short(figure)} ${unit}`,
  isMet: figure < bound,
});

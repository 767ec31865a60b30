import { whole } from '../table.ts';
import { atLeast, atMost, below, type Target } from '../targets.ts';
import type { IdleFigures } from './idle-run.ts';
import type { LoadRow } from './load-run.ts';

/** The figures an instance is to reach on two cores with its Postgres beside it. Reported, never asserted: machines differ. */
export function loadTargets(rows: readonly LoadRow[]): Target[] {
  const lost = rows.reduce((sum, { correctness }) => sum + (correctness?.lost ?? 0), 0);
  return [...rows.flatMap(targetsOf), atMost('acknowledged and lost', 0, lost, '')];
}

function targetsOf(row: LoadRow): Target[] {
  if ('rate' in row.load) return [below(`p99 at ${whole(row.load.rate)}/s`, 15, row.p99, 'ms')];
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

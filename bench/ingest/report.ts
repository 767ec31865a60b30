import { type Column, decimal, tableText, whole } from '../table.ts';
import type { IdleFigures } from './idle-run.ts';
import type { Load } from './load.ts';
import type { LoadRow } from './load-run.ts';

const columns: Column<LoadRow>[] = [
  { title: 'system', of: (row) => row.system },
  { title: 'load', of: (row) => `${row.devices} × ${loadName(row.load)}` },
  { title: 'messages/s', of: (row) => whole(row.messagesPerSecond) },
  { title: 'values/s', of: (row) => whole(row.valuesPerSecond) },
  { title: 'p50 ms', of: (row) => decimal(row.p50) },
  { title: 'p99 ms', of: (row) => decimal(row.p99) },
  { title: 'CPU s: server', of: (row) => decimal(row.cpu.server) },
  { title: 'Postgres', of: (row) => decimal(row.cpu.postgres) },
  { title: 'generator', of: (row) => decimal(row.cpu.generator) },
  { title: 'others', of: (row) => decimal(row.cpu.others) },
  { title: 'server µs/message', of: (row) => decimal((row.cpu.server * 1e6) / (row.messagesPerSecond * row.seconds)) },
  { title: 'MB: server', of: (row) => whole(row.memory.server) },
  { title: 'Postgres', of: (row) => whole(row.memory.postgres) },
  { title: 'lost', of: (row) => whole(row.correctness?.lost) },
  { title: 'duplicated', of: (row) => whole(row.correctness?.duplicated) },
  { title: 'unacknowledged', of: (row) => whole(row.unacknowledged + row.strays) },
];

export const loadName = (load: Load) => ('rate' in load ? `${whole(load.rate)}/s` : `window ${load.window}`);

export const loadTable = (rows: readonly LoadRow[]) => tableText(columns, rows, 2);

/** Others' share of a core from which figures say more about them. */
const loudOthers = 0.2;

/** A warning where the machine was not ours. */
export function disturbance(rows: readonly LoadRow[]): string {
  const most = Math.max(...rows.map(({ cpu, seconds }) => cpu.others / seconds));
  return most > loudOthers
    ? `Other processes took up to ${decimal(most)} cores meanwhile: a quiet machine does more.\n`
    : '';
}

export function idleText(idle: IdleFigures): string {
  const { memory, connectedMemory, devices } = idle;
  return [
    `ready after       ${idle.firstStart.toFixed(2)} s at the first start, ${idle.laterStart.toFixed(2)} s later`,
    `idle, no device   Croft ${whole(memory.server)} MB (RSS) + Postgres ${whole(memory.postgres)} MB (PSS)`,
    `${whole(devices).padEnd(6)} devices    Croft ${whole(connectedMemory.server)} MB + Postgres ${whole(connectedMemory.postgres)} MB, ` +
      `${decimal(idle.connectedCpu)} % of a core`,
    `a further device  ${decimal(idle.perDevice.grown)} KB, of which ${decimal(idle.perDevice.held)} KB are held after a garbage collection`,
    '',
  ].join('\n');
}

import { type Column, decimal, tableText, whole } from '../table.ts';
import { atLeast, below, type Target } from '../targets.ts';
import type { HopRow } from './hop-run.ts';

const columns: Column<HopRow>[] = [
  { title: 'system', of: (row) => row.system },
  { title: 'graph', of: ({ shape: { kind, count } }) => (kind === 'pairs' ? `${count} × 1 → 1` : `1 → ${count}`) },
  { title: 'load', of: ({ load }) => ('rate' in load ? `${whole(load.rate)}/s` : `window ${load.window}`) },
  { title: 'published/s', of: (row) => whole(row.published / row.seconds) },
  { title: 'deliveries/s', of: (row) => whole(row.delivered / row.seconds) },
  { title: 'p50 ms', of: (row) => decimal(row.p50) },
  { title: 'p99 ms', of: (row) => decimal(row.p99) },
  { title: 'CPU s: server', of: (row) => decimal(row.cpu.server) },
  { title: 'Postgres', of: (row) => decimal(row.cpu.postgres) },
  { title: 'generator', of: (row) => decimal(row.cpu.generator) },
  { title: 'others', of: (row) => decimal(row.cpu.others) },
  { title: 'missing', of: (row) => whole(row.missing + row.unacknowledged) },
  { title: 'doubled', of: (row) => whole(row.doubled) },
  { title: 'disordered', of: (row) => whole(row.disordered) },
  { title: 'not stored', of: (row) => whole(row.stored?.lost) },
  { title: 'stored twice', of: (row) => whole(row.stored?.duplicated) },
];

export const hopTable = (rows: readonly HopRow[]) => tableText(columns, rows, 3);

/** For an instance on two cores, with its Postgres and the devices beside it. */
export const hopTargets = (rows: readonly HopRow[]): Target[] =>
  rows
    .filter(({ stored }) => stored !== undefined)
    .map(({ shape, p99, delivered, seconds }) =>
      shape.kind === 'pairs'
        ? below('publish → linked input on another socket, p99', 20, p99, 'ms')
        : atLeast('fan-out, deliveries/s', 30_000, delivered / seconds),
    );

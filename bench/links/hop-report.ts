import type { HopRow } from './hop-run.ts';

const columns: { title: string; of: (row: HopRow) => string }[] = [
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

/** A table as text, a line a row; "–" is what a system has not. */
export function hopTable(rows: readonly HopRow[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => of(row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const aligned = (line: string[]) =>
    line.map((cell, i) => (i < 3 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return cells.map((line) => `${aligned(line).trimEnd()}\n`).join('');
}

/** What an instance is to reach on two cores with its Postgres and the devices beside it. Reported, never asserted. */
export function hopTargets(rows: readonly HopRow[]): string {
  const lines = rows
    .filter(({ stored }) => stored !== undefined)
    .map((row) =>
      row.shape.kind === 'pairs'
        ? `  publish → linked input on another socket, p99 < 20 ms  ${decimal(row.p99)} ms  ${verdict(row.p99 < 20)}`
        : `  fan-out, deliveries/s ≥ 30,000  ${whole(row.delivered / row.seconds)}  ${verdict(row.delivered / row.seconds >= 30_000)}`,
    );
  return lines.length > 0
    ? `Targets (for 2 cores with Postgres and the devices beside it):\n${lines.join('\n')}\n`
    : '';
}

const verdict = (isMet: boolean) => (isMet ? 'met' : 'not met');
const isKnown = (number: number | undefined) => number !== undefined && !Number.isNaN(number);
const whole = (number: number | undefined) => (isKnown(number) ? Math.round(number ?? 0).toLocaleString('en') : '–');
const decimal = (number: number) => (isKnown(number) ? number.toFixed(1) : '–');

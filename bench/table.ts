/** A column of a report, and what a row says in it. */
export type Column<Row> = { title: string; of: (row: Row) => string };

/** A table as text, a line a row; the first `words` columns are words, the others figures. */
export function tableText<Row>(columns: readonly Column<Row>[], rows: readonly Row[], words: number): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => of(row)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const aligned = (line: string[]) =>
    line.map((cell, i) => (i < words ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  return cells.map((line) => `${aligned(line).trimEnd()}\n`).join('');
}

const isKnown = (number: number | undefined) => number !== undefined && !Number.isNaN(number);
/** "–" is what a system has not, or this machine does not tell. */
export const whole = (number: number | undefined) =>
  isKnown(number) ? Math.round(number ?? 0).toLocaleString('en') : '–';
export const decimal = (number: number) => (isKnown(number) ? number.toFixed(1) : '–');

/** Epoch milliseconds and a value; null is a gap. */
export type Point = readonly [at: number, value: number | null];

export type ChartSeries = {
  label: string;
  /** SenML or UCUM symbol; series of one unit share an axis */
  unit?: string;
  /** In order of time */
  points: readonly Point[];
  /** Least and greatest value of the period behind each point, parallel to `points` */
  envelope?: { min: readonly (number | null)[]; max: readonly (number | null)[] };
  /** Milliseconds without a value after which the line breaks; never unless said */
  gapAfter?: number;
};

/** null breaks the line, undefined only means that another series has a value at that time. */
export type Column = (number | null | undefined)[];
export type AlignedSeries = { values: Column; min?: Column; max?: Column };
export type AlignedData = { times: number[]; series: AlignedSeries[] };

/** Brings all series to one axis of times, as uPlot wants them. */
export function alignSeries(all: readonly ChartSeries[]): AlignedData {
  const broken = all.map(withBreaks);
  const times = [...new Set(broken.flatMap((series) => series.map((row) => row.at)))].sort((a, b) => a - b);
  const indexOf = new Map(times.map((at, index) => [at, index]));
  const series = broken.map((rows, index) => {
    const envelope = all[index]?.envelope !== undefined;
    const column = (pick: (row: Row) => number | null) => spread(rows, times.length, indexOf, pick);
    return {
      values: column((row) => row.value),
      ...(envelope && { min: column((row) => row.min), max: column((row) => row.max) }),
    };
  });
  return { times, series };
}

type Row = { at: number; value: number | null; min: number | null; max: number | null };

/** A row of nulls between two points that lie further apart than the series allows. */
function withBreaks({ points, envelope, gapAfter = Number.POSITIVE_INFINITY }: ChartSeries): Row[] {
  const rows: Row[] = [];
  for (const [index, [at, value]] of points.entries()) {
    const before = rows.at(-1)?.at;
    if (before !== undefined && at - before > gapAfter) {
      rows.push({ at: before + gapAfter / 2, value: null, min: null, max: null });
    }
    rows.push({ at, value, min: envelope?.min[index] ?? null, max: envelope?.max[index] ?? null });
  }
  return rows;
}

function spread(rows: Row[], length: number, indexOf: Map<number, number>, pick: (row: Row) => number | null): Column {
  const column: Column = new Array(length);
  for (const row of rows) {
    const index = indexOf.get(row.at);
    if (index !== undefined) column[index] = pick(row);
  }
  return column;
}

/**
 * Adds a live point: later ones at the end, one of the same time replaces (a live stream may say a value twice),
 * an earlier one (a device emptying its buffer) goes to its place. An envelope grows with the value itself.
 */
export function withPoint(series: ChartSeries, point: Point): ChartSeries {
  const [at, value] = point;
  let index = series.points.length;
  while (index > 0 && (series.points[index - 1]?.[0] ?? at) >= at) index--;
  const replaced = series.points[index]?.[0] === at ? 1 : 0;
  return {
    ...series,
    points: series.points.toSpliced(index, replaced, point),
    ...(series.envelope && {
      envelope: {
        min: series.envelope.min.toSpliced(index, replaced, value),
        max: series.envelope.max.toSpliced(index, replaced, value),
      },
    }),
  };
}

export type Extremes = { from: number; to: number; min: number; max: number; last: number; count: number };

/** What a series comes to in figures; undefined without a value. */
export function extremesOf({ points, envelope }: ChartSeries): Extremes | undefined {
  let found: Extremes | undefined;
  for (const [index, [at, value]] of points.entries()) {
    if (value === null) continue;
    found ??= { from: at, to: at, min: value, max: value, last: value, count: 0 };
    found.to = at;
    found.last = value;
    found.count += 1;
    found.min = Math.min(found.min, value, envelope?.min[index] ?? value);
    found.max = Math.max(found.max, value, envelope?.max[index] ?? value);
  }
  return found;
}

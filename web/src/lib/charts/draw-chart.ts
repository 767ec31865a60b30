import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatValue, unitSymbol } from '#lib/format/value.ts';
import type { ChartColours } from './chart-colours.ts';
import type { AlignedData } from './chart-data.ts';
import { tickSpace, timeLabels } from './time-labels.ts';

export type ChartOptions = {
  series: { label: string; unit?: string; envelope: boolean }[];
  mode: 'line' | 'step';
  width: number;
  height: number;
  locale: string;
  colours: ChartColours;
  /** Font family of the labels */
  font: string;
  /** Charts of one key share their crosshair */
  syncKey?: string;
  /** The times shown, epoch milliseconds; those of the data unless said */
  range: () => { from?: number; to?: number };
  /** Index into the times under the crosshair; null when it is gone */
  onCrosshair: (index: number | null) => void;
  /** Somebody chose a stretch of time by dragging */
  onZoom?: (from: number, to: number) => void;
};

/** The one look of a chart. This file and uPlot are loaded when the first chart is shown. */
export function drawChart(target: HTMLElement, options: ChartOptions, data: AlignedData) {
  const plot = new uPlot(uplotOptions(options), uplotData(data), target);
  return {
    setData: (next: AlignedData) => plot.setData(uplotData(next)),
    setSize: (width: number, height: number) => plot.setSize({ width, height }),
    destroy: () => plot.destroy(),
  };
}

export type DrawnChart = ReturnType<typeof drawChart>;

function uplotData({ times, series }: AlignedData): uPlot.AlignedData {
  const columns = series.flatMap(({ values, min, max }) => (min && max ? [values, max, min] : [values]));
  return [times, ...columns];
}

function uplotOptions(options: ChartOptions): uPlot.Options {
  const { width, height, syncKey, onCrosshair, onZoom } = options;
  const { series, bands } = seriesOptions(options);
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    padding: [8, 8, 0, 0],
    cursor: {
      drag: { x: onZoom !== undefined, y: false, setScale: false },
      points: { size: 7 },
      ...(syncKey !== undefined && { sync: { key: syncKey, setSeries: false } }),
    },
    scales: { x: { range: (_, least, greatest) => timeRange(options, least, greatest) } },
    axes: axisOptions(options),
    series: [{}, ...series],
    bands,
    hooks: {
      setCursor: [(plot) => onCrosshair(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width: chosen } = plot.select;
          if (chosen > 0) onZoom?.(plot.posToVal(left, 'x'), plot.posToVal(left + chosen, 'x'));
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

function timeRange({ range }: ChartOptions, least: number | null, greatest: number | null): [number, number] {
  const { from, to } = range();
  const end = to ?? greatest ?? Date.now();
  const begin = from ?? least ?? end;
  // A single moment has no width; a minute around it has.
  return begin < end ? [begin, end] : [end - 30_000, end + 30_000];
}

const scaleOf = (unit: string | undefined) => unit ?? 'value';

function seriesOptions({ series, mode, colours }: ChartOptions) {
  const stepped: uPlot.Series =
    mode === 'step' ? { paths: uPlot.paths.stepped?.({ align: 1 }), points: { show: false } } : {};
  const bands: uPlot.Band[] = [];
  const all: uPlot.Series[] = [];
  for (const [index, { label, unit, envelope }] of series.entries()) {
    const { stroke, fill } = colours.lines[index % colours.lines.length] ?? {
      stroke: colours.text,
      fill: colours.grid,
    };
    const scale = scaleOf(unit);
    all.push({ label, scale, stroke, width: 1.5, points: { size: 4, fill: stroke }, ...stepped });
    if (!envelope) continue;
    const edge: uPlot.Series = { scale, width: 0, points: { show: false }, ...stepped };
    all.push(edge, { ...edge });
    bands.push({ series: [all.length - 1, all.length], fill });
  }
  return { series: all, bands };
}

function axisOptions({ series, colours, font, locale }: ChartOptions): uPlot.Axis[] {
  const look = { stroke: colours.text, font: `12px ${font}`, ticks: { show: false } };
  const grid = { stroke: colours.grid, width: 1 };
  const units = [...new Set(series.map(({ unit }) => unit))].slice(0, 2);
  const time: uPlot.Axis = {
    ...look,
    grid,
    size: 44,
    space: tickSpace(locale),
    values: (_, ticks, __, ___, step) => timeLabels(ticks, step, locale),
  };
  return [
    time,
    ...units.map(
      (unit, index): uPlot.Axis => ({
        ...look,
        scale: scaleOf(unit),
        side: index === 0 ? 3 : 1,
        // One grid is enough; the second axis has its own steps.
        grid: index === 0 ? grid : { show: false },
        // Wide enough for most, so that charts below each other line up.
        size: (_, labels) => Math.max(56, 20 + 7 * Math.max(0, ...(labels ?? []).map((label) => label.length))),
        values: (_, ticks) => valueLabels(ticks, unit, locale),
      }),
    ),
  ];
}

/** The unit of measure stands at the topmost tick only. */
function valueLabels(ticks: readonly number[], unit: string | undefined, locale: string): string[] {
  const labels = ticks.map((tick) => formatValue(tick, locale));
  return labels.map((label, place) => (place === labels.length - 1 ? `${label} ${unitSymbol(unit)}`.trimEnd() : label));
}

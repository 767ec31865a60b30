/** The colours a canvas cannot take from CSS itself, resolved for the theme that `element` is shown in. */
export function chartColours(element: HTMLElement) {
  const probe = document.createElement('span');
  element.append(probe);
  const colour = (expression: string) => {
    probe.style.color = expression;
    return getComputedStyle(probe).color;
  };
  const series = (index: number) => `var(--color-series-${(index % seriesColours) + 1})`;
  const lines = Array.from({ length: seriesColours }, (_, index) => ({
    stroke: colour(series(index)),
    fill: colour(`color-mix(in srgb, ${series(index)} 16%, transparent)`),
  }));
  const colours = { lines, text: colour('var(--color-muted)'), grid: colour('var(--color-line)') };
  probe.remove();
  return colours;
}

export type ChartColours = ReturnType<typeof chartColours>;

/** How many differ; app.css has them. */
export const seriesColours = 6;

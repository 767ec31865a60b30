/** Rows of a long list that are worth rendering: from `first` up to, and without, `end`. */
export type VisibleRows = { first: number; end: number };

/** Rows beyond each edge: so that the Tab key finds the next link, and a flick of the wheel no blank. */
const beyond = 8;

/**
 * @param top where the list begins, seen from the top of the viewport (negative once it is scrolled past), in pixels
 * @param height of the viewport, in pixels
 */
export function visibleRows(list: { count: number; rowHeight: number }, top: number, height: number): VisibleRows {
  const { count, rowHeight } = list;
  const first = Math.floor(-top / rowHeight) - beyond;
  const end = Math.ceil((height - top) / rowHeight) + beyond;
  const within = (row: number) => Math.min(count, Math.max(0, row));
  return { first: within(first), end: within(end) };
}

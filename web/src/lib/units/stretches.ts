/** A value and how long it held; epoch milliseconds. `begun`: it was seen to begin, not only to be there already. */
export type Stretch = { from: number; to: number; value: unknown; begun: boolean };

/**
 * What a variable was, over time: each value holds until the next one, the last until `to`. Equal values that follow
 * each other are one stretch; before the first value nothing is known.
 * @param points in order of time
 */
export function stretches(points: readonly (readonly [at: number, value: unknown])[], from: number, to: number) {
  const found: Stretch[] = [];
  let known: string | undefined;
  for (const [at, value] of points) {
    if (at >= to) break;
    const text = JSON.stringify(value);
    const last = found.at(-1);
    if (last && text === known) continue;
    if (last) last.to = Math.max(at, from);
    // What began before the time shown reaches in from its edge.
    if (at <= from) found.length = 0;
    found.push({ from: Math.max(at, from), to, value, begun: at > from });
    known = text;
  }
  return found;
}

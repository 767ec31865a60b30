import type { Point } from './place-units.ts';

type Deps = {
  /** What the instance knows, by unit; units that were never moved are not in it. */
  stored: Map<string, Point>;
  /** What is on the canvas when it opens. */
  shown: Map<string, Point>;
  send: (positions: ({ unit: string } & Point)[]) => Promise<unknown>;
  onError: (error: unknown) => void;
};

/** Milliseconds without a move. */
const pause = 600;
/** As many as the instance takes at a time. */
const mostAtOnce = 1_000;

/** Keeps where units stand, a moment after the last move. A canvas that nobody touched is not stored. */
export function createLayoutSaving({ stored, shown, send, onError }: Deps) {
  let latest = shown;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const isAt = (point: Point | undefined, { x, y }: Point) => point?.x === x && point.y === y;

  function save(): void {
    clearTimeout(timer);
    timer = undefined;
    const wasMoved = [...latest].some(([id, point]) => shown.has(id) && !isAt(shown.get(id), point));
    // With the first move all the others are kept where they are.
    const changed = wasMoved ? [...latest].filter(([id, point]) => !isAt(stored.get(id), point)) : [];
    shown = latest;
    if (changed.length === 0) return;
    for (const [id, point] of changed) stored.set(id, point);
    for (let first = 0; first < changed.length; first += mostAtOnce) {
      const positions = changed.slice(first, first + mostAtOnce).map(([unit, point]) => ({ unit, ...point }));
      send(positions).catch(onError);
    }
  }

  return {
    note(positions: Map<string, Point>): void {
      latest = positions;
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    },
    /** The page is being left: what is to be kept goes now. */
    flush(): void {
      if (timer !== undefined) save();
    },
  };
}

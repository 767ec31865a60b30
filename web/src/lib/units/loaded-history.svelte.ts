import type { Span } from './period.ts';

/**
 * A history as it was loaded, with what came since. What comes while it is being loaded is put in afterwards, and of two
 * loads only the later one counts.
 */
export function createLoadedHistory<H>(read: (span: Span) => Promise<H>) {
  let shown = $state.raw<H>();
  let error = $state.raw<unknown>();
  let turn = 0;
  let waiting: ((history: H) => H)[] | undefined;

  return {
    get shown() {
      return shown;
    },
    get error() {
      return error;
    },

    async load(span: Span): Promise<void> {
      const mine = ++turn;
      waiting = [];
      try {
        const answer = await read(span);
        if (mine !== turn) return;
        shown = (waiting ?? []).reduce<H>((history, change) => change(history), answer);
        error = undefined;
      } catch (caught) {
        if (mine !== turn) return;
        error = caught;
      }
      waiting = undefined;
    },

    change(change: (history: H) => H): void {
      waiting?.push(change);
      if (shown !== undefined) shown = change(shown);
    },
  };
}

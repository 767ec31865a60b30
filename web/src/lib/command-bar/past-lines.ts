/**
 * The lines that were given before, to go back to as in a terminal: those of this page, then what the instance knows.
 * @param read newest first
 */
export function createPastLines(read: () => Promise<string[]>) {
  let given: string[] = [];
  let stored: string[] = [];
  let reading: Promise<void> | undefined;
  /** How far back one is; -1: at what is being typed. */
  let at = -1;
  let draft = '';

  const all = () => [...new Set([...given, ...stored])];

  return {
    /** Asks the instance; the next `older` waits for it. Never rejects: without it there are the lines of this page. */
    load(): Promise<void> {
      reading = read()
        .then((lines) => {
          stored = lines;
        })
        .catch(() => undefined);
      return reading;
    },

    all,

    add(line: string): void {
      given = [line, ...given];
    },

    /** Leaves the past: what is typed now is where `newer` comes back to. */
    reset(): void {
      at = -1;
    },

    /** Whether what stands in the line is from the past. */
    isBack: () => at >= 0,

    /** The line before the one that is shown; undefined when there is none. @param typed what stands there now */
    async older(typed: string): Promise<string | undefined> {
      await reading;
      const lines = all();
      if (at + 1 >= lines.length) return undefined;
      if (at < 0) draft = typed;
      at += 1;
      return lines[at];
    },

    /** The line after it, and at the end what was being typed. */
    newer(): string {
      at -= 1;
      return at < 0 ? draft : (all()[at] ?? draft);
    },
  };
}

export type PastLines = ReturnType<typeof createPastLines>;

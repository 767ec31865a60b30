/** Why a line cannot be understood; `at` counts UTF-16 units from its beginning, where the fault is. */
export class LineError extends Error {
  override name = 'LineError';
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** A character of a line; one that was quoted or escaped never separates words. */
export type Character = { text: string; at: number; isLiteral: boolean };

export type Characters = {
  list: Character[];
  /** Indexes into the list before which a quoted part ended and a word ended with it. */
  ends: Set<number>;
};

/**
 * Reads quotes and backslashes away: within `"…"`, and after a backslash, every character stands for itself.
 * @throws LineError at a quote that is never closed, or a backslash with nothing behind it
 */
export function readCharacters(line: string, from = 0): Characters {
  const list: Character[] = [];
  const ends = new Set<number>();
  let quote: number | undefined;
  for (let at = from; at < line.length; at++) {
    const text = line[at] ?? '';
    if (text === '"') {
      if (quote === at - 1) list.push({ text: '', at, isLiteral: true });
      if (quote !== undefined && isSpace(line[at + 1])) ends.add(list.length);
      quote = quote === undefined ? at : undefined;
    } else if (text === '\\') {
      at++;
      if (at >= line.length) throw new LineError(at - 1, 'A backslash stands before the character it is meant for.');
      list.push({ text: line[at] ?? '', at, isLiteral: true });
    } else {
      list.push({ text, at, isLiteral: quote !== undefined });
    }
  }
  if (quote !== undefined) throw new LineError(quote, 'This quote is never closed.');
  return { list, ends };
}

/** Where the address begins: `tx` and `--test` may stand before it. */
export const addressStart = (line: string) => /^\s*(tx(\s+|$))?(--test(\s+|$))?/.exec(line)?.[0].length ?? 0;

/** White space, or the end of the line. */
const isSpace = (text: string | undefined) => text === undefined || /\s/.test(text);

/** Whether a word may end before this character. */
export const isBreak = (character: Character | undefined) =>
  character === undefined || (!character.isLiteral && isSpace(character.text));

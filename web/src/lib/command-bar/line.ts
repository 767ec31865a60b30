/** Whether what is typed is a line for a unit (`tx …`, or an address), not the name of something to go to. */
export const isLine = (text: string) => /^\s*(tx\s|--test\s|"?\/|"?[^\s"/:]+:\/)/.test(text);

export type DryRun = {
  line: string;
  /** The place in what was typed that a place in `line` stands for. */
  placeOf: (at: number) => number;
};

/**
 * The same line as a dry run. `--test` goes to its beginning: at its end an open quote, or a backslash, would take it for a
 * part of the last word, and the line would run.
 */
export function dryRunOf(typed: string): DryRun {
  const start = /^\s*(tx(\s+|$))?/.exec(typed)?.[0].length ?? 0;
  const rest = typed.slice(start);
  if (/^--test(\s|$)/.test(rest)) return { line: typed, placeOf: (at) => at };
  const before = 'tx --test ';
  return { line: before + rest, placeOf: (at) => Math.max(start, at - before.length + start) };
}

/** A line while it is typed, with the caret, or what is selected. */
export type Typed = { text: string; caret: number; end: number };

/**
 * The line with an option of `GET /api/tx/completion` in place of what is typed from `from` to the caret, and of what is
 * selected. What stands behind it stays, unless it is the rest of that very word.
 */
export function completed(
  { text, caret, end }: Typed,
  { from, option }: { from: number; option: string },
): { text: string; caret: number } {
  const typed = text.slice(from, caret);
  const behind = text.slice(end);
  const added = option.startsWith(typed) ? option.slice(typed.length) : '';
  let shared = 0;
  while (shared < added.length && added[shared] === behind[shared]) shared++;
  // Two spaces in a row would do no harm, but look like a mistake.
  if (option.endsWith(' ') && added[shared] !== undefined && behind[shared] === ' ') shared++;
  return { text: text.slice(0, from) + option + behind.slice(shared), caret: from + option.length };
}

/** Where the word ends that begins there. */
export const endOfWord = (line: string, at: number) => at + (/^\S*/.exec(line.slice(at))?.[0].length ?? 0);

/** What an option adds, by its last names and words: what stands in the line already need not be read again. */
export function optionLabel(option: string, typed: string): string {
  let shared = 0;
  while (shared < typed.length && option[shared] === typed[shared]) shared++;
  const known = option.slice(0, shared);
  const begin = option.includes('/') ? known.lastIndexOf('/') : known.lastIndexOf(' ');
  const label = option.slice(begin + 1).trim();
  return label === '' ? option.trim() : label;
}

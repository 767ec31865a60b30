import { quoted } from '../server/commands/address.ts';

/**
 * The line that was meant with these arguments. The shell has eaten the quotes: a single argument is the line itself, of several
 * those with spaces were one word each and get quotes again, but for JSON, which has its own.
 */
export function lineOf(args: readonly string[]): string {
  const [only, ...more] = args;
  if (more.length === 0) return only ?? '';
  return args.map((text) => (text === '' || (/\s/.test(text) && !/^[[{]/.test(text)) ? quoted(text) : text)).join(' ');
}

/** The line with a mark under a place of it (in UTF-16 units), a column for each character. */
export function caret(line: string, at: number): string {
  const shown = line.replaceAll(/\p{Cc}/gu, ' ');
  return `  ${shown}\n  ${' '.repeat([...shown.slice(0, at)].length)}^`;
}

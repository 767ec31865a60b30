import type { Argument } from './command.ts';

/** As many as the instance takes. */
const most = 20;

/**
 * What was typed as the arguments of a command: a JSON list, or words as in a terminal. A word that is a JSON number,
 * true, false or null is one; "several words" in double quotes are one text. undefined when it is neither.
 */
export function readArguments(typed: string): Argument[] | undefined {
  const text = typed.trim();
  const list = text.startsWith('[') ? parse(text) : words(text);
  return Array.isArray(list) && list.length <= most ? list : undefined;
}

function words(text: string): Argument[] | undefined {
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[^\s"]+/g) ?? [];
  // What is left over is a quote that is never closed, or one within a word.
  if (pieces.join('') !== text.replaceAll(/("(?:[^"\\]|\\.)*")|\s+/g, (_, quoted = '') => quoted)) return undefined;
  const read = pieces.map((piece) => {
    const found = piece.startsWith('"') ? parse(piece) : scalar(piece);
    return found === undefined && !piece.startsWith('"') ? piece : found;
  });
  return read.every((one) => one !== undefined) ? read : undefined;
}

/** A number, true, false or null; anything else is a word. */
function scalar(word: string): Argument | undefined {
  return /^(-?\d|true$|false$|null$)/.test(word) ? parse(word) : undefined;
}

function parse(text: string): Argument | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Arguments as they could be typed again. */
export const writeArguments = (args: readonly Argument[]) =>
  args.every((one) => typeof one !== 'object' || one === null)
    ? args.map((one) => (typeof one === 'string' && isPlain(one) ? one : JSON.stringify(one))).join(' ')
    : JSON.stringify(args);

const isPlain = (text: string) => /^[^\s"[]+$/.test(text) && scalar(text) === undefined;

import { parseArgs } from 'node:util';

/** The program was called in a way that cannot be meant: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/**
 * Options stand before what they are about: from the first word on everything is `rest`, also what looks like an option
 * (`level -5`, `--test`).
 * @throws UsageError
 */
export function readArgs<const T extends Options>(args: string[], options: T) {
  const { tokens } = parseArgs({ args, options, tokens: true, strict: false, allowPositionals: true });
  const first = tokens.find(({ kind }) => kind === 'positional' || kind === 'option-terminator');
  const end = first?.index ?? args.length;
  try {
    const { values } = parseArgs({ args: args.slice(0, end), options });
    return { values, rest: args.slice(first?.kind === 'option-terminator' ? end + 1 : end) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError unless it is a number of seconds between the two */
export function secondsOf(option: string, text: string, [least, most]: readonly [number, number]): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= least && seconds <= most) return seconds;
  throw new UsageError(`${option}: a number of seconds from ${least} to ${most}, not ${text}`);
}

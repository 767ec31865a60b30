import type { Port } from './graph.ts';

type Definition = Port['definition'];

/**
 * Whether values of an output may be values of an input as they are. Only for what is pointed out while somebody drags: the
 * instance decides, and says what would fit.
 */
export function fits(output: Definition, input: Definition): boolean {
  const given = kindsOf(output);
  const wanted = kindsOf(input);
  return given === undefined || wanted === undefined || [...given].some((kind) => wanted.has(kind));
}

/** undefined: any. Whole numbers are numbers that happen to be whole. */
function kindsOf({ type, enum: listed }: Definition): Set<string> | undefined {
  if (type) return new Set([type === 'integer' ? 'number' : type]);
  return listed ? new Set(listed.map(kindOf)) : undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

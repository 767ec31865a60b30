/** Where a value stands in a text: offsets for a selection, the line counted from 1. */
export type Place = { start: number; end: number; line: number };

/**
 * Finds the value a JSON Pointer (RFC 6901) leads to, in the text as it was typed. A member that is not there has no
 * place; neither has anything in a text that is no JSON.
 */
export function placeOf(text: string, pointer: string): Place | undefined {
  if (!isJson(text)) return undefined;
  const steps = pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  let start: number | undefined = skipSpace(text, 0);
  for (const step of steps) start = start === undefined ? undefined : childAt(text, start, step);
  if (start === undefined) return undefined;
  return { start, end: endOfValue(text, start), line: text.slice(0, start).split('\n').length };
}

/** The line and column that a syntax error names, as a place of one character. */
export function placeOfSyntaxError(text: string, message: string): Place | undefined {
  const [, line, column] = /at line (\d+), column (\d+)/.exec(message) ?? [];
  if (line === undefined || column === undefined) return undefined;
  const before = text.split('\n').slice(0, Number(line) - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0) + Number(column) - 1;
  return { start, end: Math.min(start + 1, text.length), line: Number(line) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** From here on the text is known to be JSON, so that only its structure is looked at. */
function skipSpace(text: string, at: number): number {
  while (/\s/.test(text[at] ?? '')) at++;
  return at;
}

/** Where the member or element `step` of the value at `start` begins. */
function childAt(text: string, start: number, step: string): number | undefined {
  const isObject = text[start] === '{';
  if (!isObject && text[start] !== '[') return undefined;
  let at = skipSpace(text, start + 1);
  for (let index = 0; text[at] !== '}' && text[at] !== ']'; index++) {
    let name = String(index);
    if (isObject) {
      const end = endOfValue(text, at);
      name = JSON.parse(text.slice(at, end));
      // Past the colon, to the value.
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (name === step) return at;
    at = skipSpace(text, endOfValue(text, at));
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return undefined;
}

const string = /"(?:[^"\\]|\\.)*"/y;

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const char = text[at];
    if (char === '"') {
      string.lastIndex = at;
      string.test(text);
      at = string.lastIndex;
    } else if (char === '{' || char === '[') {
      depth++;
      at++;
    } else if (char === '}' || char === ']') {
      depth--;
      at++;
    } else if (depth > 0) at++;
    else return start + (/^[^\s,\]}]+/.exec(text.slice(start))?.[0].length ?? 0);
  } while (depth > 0);
  return at;
}

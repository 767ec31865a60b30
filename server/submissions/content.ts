import { type JsonValue, jsonProblem } from '../variables/definition.ts';

/** A key of what was submitted; `isText`: its value was written in a form, which knows no other type. */
export type Given = { key: string; value: JsonValue; isText: boolean };

export type Content =
  | { kind: 'object'; given: Given[] }
  /** Nothing here can read it. */
  | { kind: 'raw'; detail: string }
  | { kind: 'unreadable'; detail: string };

/** As many as a unit may have variables. */
const mostKeys = 200;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What a body says, by its content type: a JSON object, a form (WHATWG URL §5), or something for a decoder. */
export function readContent(contentType: string, body: Buffer): Content {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return readJson(body);
  if (type === 'application/x-www-form-urlencoded') return readForm(body);
  return {
    kind: 'raw',
    detail: `No decoder: ${type.startsWith('text/') ? 'text' : 'binary data'} is kept as it came.`,
  };
}

function readJson(body: Buffer): Content {
  let value: JsonValue;
  try {
    value = JSON.parse(utf8.decode(body));
  } catch (error) {
    return unreadable(`The body is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return unreadable('The body is no JSON object.');
  return readPairs(Object.entries(value), false);
}

function readForm(body: Buffer): Content {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return unreadable('The form is no UTF-8.');
  }
  // curl says "form" unless it is told otherwise.
  if (/^\s*[{[]/.test(text)) return unreadable('This looks like JSON: send "Content-Type: application/json".');
  return readPairs([...new URLSearchParams(text)], true);
}

function readPairs(pairs: [key: string, value: JsonValue][], isText: boolean): Content {
  if (pairs.length === 0) return unreadable('There are no keys in it.');
  if (pairs.length > mostKeys) return unreadable(`${pairs.length} keys; ${mostKeys} are allowed.`);
  const problem = jsonProblem(pairs.flat(1));
  if (problem !== undefined) return unreadable(problem);
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) < index);
  if (twice) return unreadable(`The key "${twice[0].slice(0, 64)}" is there twice.`);
  return { kind: 'object', given: pairs.map(([key, value]) => ({ key, value, isText })) };
}

const unreadable = (detail: string): Content => ({ kind: 'unreadable', detail });

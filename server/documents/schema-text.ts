import { SchemaError } from './schema-error.ts';

const longestText = 65_536;
const deepestNesting = 32;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const space = /[ \t\n\r]*/y;

type Cursor = { text: string; at: number };

/**
 * JSON with errors a person can find: `JSON.parse` says no position for half of its errors, and takes the last of two
 * members with one name in silence. Throws a SchemaError with line and column, both from 1, columns in UTF-16 units.
 */
export function parseJsonText(text: string): unknown {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (json.length > longestText)
    throw new SchemaError([{ path: '', message: `longer than ${longestText} characters` }]);
  const cursor = { text: json, at: 0 };
  readValue(cursor, 0);
  if (peek(cursor) !== '') fail(cursor, 'nothing more is expected');
  return JSON.parse(json);
}

function readValue(cursor: Cursor, depth: number): void {
  if (depth > deepestNesting) fail(cursor, `nested deeper than ${deepestNesting} levels`);
  const first = peek(cursor);
  if (first === '{') readMembers(cursor, depth);
  else if (first === '[') readElements(cursor, depth);
  else if (first === '"') readString(cursor);
  else if (!skip(cursor, literal)) fail(cursor, 'a value is expected');
}

function readMembers(cursor: Cursor, depth: number): void {
  const names = new Set<string>();
  cursor.at++;
  if (take(cursor, '}')) return;
  do {
    if (peek(cursor) !== '"') fail(cursor, 'a name in double quotes is expected');
    const start = cursor.at;
    readString(cursor);
    const name: string = JSON.parse(cursor.text.slice(start, cursor.at));
    if (names.has(name)) fail({ ...cursor, at: start }, `${JSON.stringify(name)} is there twice`);
    names.add(name);
    if (!take(cursor, ':')) fail(cursor, '":" is expected');
    readValue(cursor, depth + 1);
  } while (take(cursor, ','));
  if (!take(cursor, '}')) fail(cursor, '"," or "}" is expected');
}

function readElements(cursor: Cursor, depth: number): void {
  cursor.at++;
  if (take(cursor, ']')) return;
  do readValue(cursor, depth + 1);
  while (take(cursor, ','));
  if (!take(cursor, ']')) fail(cursor, '"," or "]" is expected');
}

function readString(cursor: Cursor): void {
  cursor.at++;
  for (;;) {
    const char = cursor.text[cursor.at];
    if (char === undefined || char === '\n') fail(cursor, 'the closing quote is missing');
    if (char < ' ') fail(cursor, 'a control character in text must be escaped');
    if (char !== '\\') cursor.at++;
    else if (!skip(cursor, escapeSequence)) fail(cursor, 'not a valid escape');
    if (char === '"') return;
  }
}

/** The next character that is no white space, '' at the end. */
function peek(cursor: Cursor): string {
  skip(cursor, space);
  return cursor.text[cursor.at] ?? '';
}

function take(cursor: Cursor, char: string): boolean {
  if (peek(cursor) !== char) return false;
  cursor.at++;
  return true;
}

function skip(cursor: Cursor, token: RegExp): boolean {
  token.lastIndex = cursor.at;
  if (!token.test(cursor.text)) return false;
  cursor.at = token.lastIndex;
  return true;
}

function fail({ text, at }: Cursor, message: string): never {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  throw new SchemaError([{ path: '', message: `JSON syntax error at line ${line}, column ${column}: ${message}` }]);
}

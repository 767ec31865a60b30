import { createHash } from 'node:crypto';
import { directionOf, readDocuments, type UnitDirection } from '../documents/documents.ts';
import { AppError, type Issue, invalid } from '../errors.ts';
import type { JsonValue } from '../variables/definition.ts';
import type { TemplateFile } from './versions-store.ts';

type JsonObject = { [name: string]: JsonValue };
/** Files by their paths, as they were found. */
export type Found = ReadonlyMap<string, Uint8Array>;

/** What a version of a template holds. */
export type Content = {
  schema: JsonObject;
  example: JsonObject;
  direction: UnitDirection;
  readme: string;
  /** The program, sorted by path. */
  files: TemplateFile[];
};

const schemaFile = 'schema.json';
const exampleFile = 'json_example.json';
const readmeFile = 'README.md';
const documents = [schemaFile, exampleFile, readmeFile];

/**
 * Reads the files of a template's folder; `place` names it in errors.
 * @throws AppError 422 that names the file and what is wrong where
 */
export function readContent(found: Found, place: string): Content {
  const schema = textOf(found, schemaFile);
  if (schema === undefined) {
    throw invalid(`There is no ${schemaFile} in ${place}. It says what the unit has, and a template needs one.`);
  }
  const read = naming(() => readDocuments({ schema, example: textOf(found, exampleFile) ?? '{}' }));
  return {
    schema: read.document,
    example: read.example as JsonObject,
    direction: directionOf(read.schema),
    // Postgres keeps no NUL in text.
    readme: Buffer.from(found.get(readmeFile) ?? [])
      .toString('utf8')
      .replaceAll('\0', ''),
    files: [...found]
      .filter(([path]) => !documents.includes(path))
      .map(([path, content]) => ({ path, sha256: sha256(content), content: Buffer.from(content) }))
      .toSorted((one, other) => (one.path < other.path ? -1 : 1)),
  };
}

/** The files that `readContent` makes the same content of. */
export function filesOfContent({
  schema,
  example,
  readme,
  files,
}: Omit<Content, 'direction'>): Map<string, Uint8Array> {
  return new Map([
    [schemaFile, Buffer.from(`${JSON.stringify(schema, null, 2)}\n`)],
    [exampleFile, Buffer.from(`${JSON.stringify(example, null, 2)}\n`)],
    ...(readme === '' ? [] : [[readmeFile, Buffer.from(readme)] as const]),
    ...files.map(({ path, content }) => [path, content] as const),
  ]);
}

/** Whether two versions hold the same. */
export function isSame(one: Omit<Content, 'direction'>, other: Omit<Content, 'direction'>): boolean {
  const digestOf = (content: typeof one) => {
    const hash = createHash('sha256');
    for (const [path, bytes] of filesOfContent(content)) hash.update(`${path}\0${bytes.length}\0`).update(bytes);
    return hash.digest('hex');
  };
  return digestOf(one) === digestOf(other);
}

function textOf(found: Found, path: string): string | undefined {
  const content = found.get(path);
  if (content === undefined) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw invalid(`${path} is no text in UTF-8.`);
  }
}

/** Errors of documents, with the names of their files. */
function naming<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AppError) || !error.issues?.[0]) throw error;
    const issues = error.issues.map(({ path, message }) => ({ path: fileOf(path), message }));
    throw invalid(issues.map(told).join('\n'), issues);
  }
}

const fileOf = (path: string) =>
  path.replace(/^\/(schema|example)/, (_, name) => `/${name === 'schema' ? schemaFile : exampleFile}`);

/** "schema.json, /output_variables/t/type: …", as the errors of documents are told elsewhere. */
function told({ path, message }: Issue): string {
  const [, file, place] = /^\/([^/]+)(.*)$/.exec(path) ?? [];
  return place ? `${file}, ${place}: ${message}` : `${file}: ${message}`;
}

const sha256 = (content: Uint8Array) => createHash('sha256').update(content).digest();

import { call } from '#lib/api/call.ts';
import { type File, fileChanges } from './file-changes.ts';
import type { Version } from './template.ts';

type Way = { unit: string; template: string; from: string; to: string };

/** What bringing a unit from one version of its template to another changes: its variables, and the files. @throws ApiError */
export async function loadChanges({ unit, template, from, to }: Way) {
  const [before, after] = await Promise.all([wholeVersion(template, from), wholeVersion(template, to)]);
  const body = { schema: after.schema };
  const schema = await call('POST /api/units/:id/schema-changes', { params: { id: unit }, body });
  return { schema, files: fileChanges(before.files, after.files) };
}

async function wholeVersion(id: string, version: string) {
  const params = { id, version };
  const [whole, files] = await Promise.all([
    call('GET /api/templates/:id/versions/:version', { params }),
    call('GET /api/templates/:id/versions/:version/files', { params }),
  ]);
  return { schema: whole.schema, files: [...files, ...documentsOf(whole, files)] };
}

/** What is told of a version beside its files: the schema has a list of its own. */
function documentsOf({ example, readme }: Version, files: readonly { path: string }[]): File[] {
  const texts = [
    { path: 'json_example.json', text: `${JSON.stringify(example, null, 2)}\n` },
    { path: 'README.md', text: readme },
  ];
  const known = new Set(files.map(({ path }) => path));
  // Compared only with themselves, so the text stands for its hash.
  return texts.filter(({ path }) => !known.has(path)).map(({ path, text }) => ({ path, text, sha256: text }));
}

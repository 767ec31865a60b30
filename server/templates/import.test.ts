import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { files, problem, type TemplatesKit, templatesKit, zipOf } from './testing.ts';

let kit: TemplatesKit;
let ada: TemplatesKit['ada'];
let bob: TemplatesKit['bob'];
beforeAll(async () => {
  kit = await templatesKit();
  ({ ada, bob } = kit);
});
afterAll(() => kit.close());

describe('a .zip', () => {
  const importZip = (name: string, content: Record<string, string>, template?: string) =>
    ada.call('POST /api/templates/import', {
      query: { name, ...(template ? { template } : {}) },
      body: zipOf(content),
    });

  test('becomes a template, and a new version of it where it differs', async () => {
    const { id, latest, source, git } = await importZip('From a zip', files);
    expect({ source, git, label: latest?.label }).toEqual({ source: 'files', git: null, label: '1' });
    expect((await importZip('Again', files, id)).latest).toEqual(latest);
    const changed = await importZip('Changed', { ...files, 'unit.py': 'other' }, id);
    expect(changed).toMatchObject({ id, name: 'From a zip', latest: { label: '2' } });
  });

  test('comes back as it was exported, from a repository too', async () => {
    const { url } = await kit.repositoryWith({ ...files, 'lib/a.py': 'x = "ä"' });
    const { id, latest, name } = await kit.made(url);
    const params = { id, version: latest?.id ?? '' };
    const answer = await ada.call('GET /api/templates/:id/versions/:version/zip', { params });
    expect(answer.headers.get('content-type')).toBe('application/zip');
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="${name} ${latest?.label}.zip"`);
    const zip = await answer.bytes();
    expect(strFromU8(unzipSync(zip)['lib/a.py'] ?? new Uint8Array())).toBe('x = "ä"');
    const body = new Blob([zip], { type: 'application/zip' });
    const copy = await ada.call('POST /api/templates/import', { query: { name: 'Copy' }, body });
    const version = async (template: string, one: string) => {
      const {
        id: _id,
        label: _label,
        createdAt: _at,
        commit: _commit,
        committedAt: _time,
        ...rest
      } = await ada.call('GET /api/templates/:id/versions/:version', { params: { id: template, version: one } });
      return rest;
    };
    expect(await version(copy.id, copy.latest?.id ?? '')).toEqual(await version(id, params.version));
  });

  test('is no version of a template with a repository, nor of another’s, and the other way round', async () => {
    const { url } = await kit.repositoryWith(files);
    const ofGit = await kit.made(url);
    expect((await problem(importZip('No', files, ofGit.id))).status).toBe(409);
    const { id } = await importZip('Mine', files);
    const query = { name: 'Theirs', template: id };
    expect((await problem(bob.call('POST /api/templates/import', { query, body: zipOf(files) }))).status).toBe(404);
    expect((await problem(kit.check(id))).status).toBe(409);
    expect((await problem(ada.call('PATCH /api/templates/:id', { params: { id }, body: { url } }))).status).toBe(409);
  });

  test('that cannot be used says why, and leaves nothing', async () => {
    const refused = await problem(importZip('Broken', { 'schema.json': '{"output_variables": {"t": 5}}' }));
    expect(refused).toMatchObject({ status: 422, issues: [{ path: '/schema.json/output_variables/t' }] });
    const body = new Blob(['no zip'], { type: 'application/zip' });
    expect((await problem(ada.call('POST /api/templates/import', { query: { name: 'Text' }, body }))).status).toBe(422);
    const json = new Blob(['{}'], { type: 'application/json' });
    expect((await ada.send('POST /api/templates/import', { query: { name: 'Text' }, body: json })).status).toBe(415);
    const found = await ada.call('GET /api/templates', { query: { search: 'Broken' } });
    expect(found).toEqual([]);
  });
});

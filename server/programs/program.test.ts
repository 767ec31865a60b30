import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../../firmware/tests/board/files.ts';
import type { TestClient } from '../testing/client.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { templateOf } from '../testing/templates.ts';
import { compileCheck, type Definition, type JsonValue } from '../variables/definition.ts';
import { startingUnit } from './skeleton.ts';
import { unitOf } from './testing.ts';

const schema = { output_variables: { n: { type: 'integer' } } };

let croft: TestInstance;
let owner: TestClient;
beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
});
afterAll(() => croft.close());

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** The program of a unit, each file's bytes checked against its size and SHA-256. */
async function programOf(id: string) {
  const { version, files } = await owner.call('GET /api/units/:id/program', { params: { id } });
  const contents = files.map(({ path, size, sha256: hash, content }) => {
    const bytes = Buffer.from(content, 'base64');
    expect([path, size, hash]).toEqual([path, bytes.length, sha256(bytes)]);
    return [path, bytes.toString()] as const;
  });
  return { version, files: new Map(contents) };
}

async function withFiles(files: Record<string, string>) {
  const template = await templateOf(croft.db, owner);
  await template.add({ label: 'v1', schema, files });
  return unitOf(croft, owner, template);
}

describe('what belongs on a board', () => {
  test('is the program of the template, completed by the firmware; its own files go first', async () => {
    const { unit } = await withFiles({ 'unit.py': '# mine', 'croft/mqtt.mpy': 'M', 'lib/a.py': '' });
    const { version, files } = await programOf(unit.id);
    expect(version).toMatch(/^v1\+[0-9a-f]{7}$/);
    const firmware = [...filesBelow('board').keys()].filter((path) => path !== 'croft/mqtt.py');
    const all = [...firmware, 'unit.py', 'croft/mqtt.mpy', 'lib/a.py', 'version.json'];
    expect([...files.keys()].toSorted()).toEqual(all.toSorted());
    expect(files.get('unit.py')).toBe('# mine');
    expect(files.get('version.json')).toBe(JSON.stringify(version));
  });

  test('is the template’s alone when that has a main.py', async () => {
    const { unit } = await withFiles({ 'main.py': 'print(1)' });
    const { version, files } = await programOf(unit.id);
    expect([version, [...files.keys()]]).toEqual(['v1', ['main.py', 'version.json']]);
  });

  test('is the firmware with a unit.py to start from when there is no template', async () => {
    const unit = await owner.call('POST /api/units', { body: { name: 'Own', schema } });
    const { version, files } = await programOf(unit.id);
    expect(version).toMatch(/^croft\+[0-9a-f]{7}$/);
    expect(files.get('unit.py')).toContain('"n": 0,');
    expect([...files.keys()]).toContain('boot.py');
    expect([...files.keys()]).not.toContain('env.json');
  });

  test('is nothing for a simulated unit, and not the firmware for one of the level token', async () => {
    const virtual = await owner.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp' } });
    await expect(programOf(virtual.id)).rejects.toThrow(/409.*simulated/);
    const plain = await owner.call('POST /api/units', { body: { name: 'Plain', schema, security: 'token' } });
    await expect(programOf(plain.id)).rejects.toThrow(/409.*sealed/);
    const { unit } = await withFiles({ 'main.py': 'print(1)' });
    await owner.call('PATCH /api/units/:id', { params: { id: unit.id }, body: { security: 'token' } });
    expect((await programOf(unit.id)).version).toBe('v1');
  });

  test('comes over the air without what brings a bad update back, in 4 KB', async () => {
    const { env, start, fetch } = await withFiles({ 'unit.py': '# mine' });
    await (await start()).close();
    const { text } = await fetch('firmware');
    const paths = JSON.parse(text).files.map(({ path }: { path: string }) => path);
    expect(paths).toContain('unit.py');
    for (const path of ['boot.py', 'croft/rescue.py', 'croft/flash.py', 'version.json'])
      expect(paths).not.toContain(path);
    expect(text.length).toBeLessThan(4096);
    expect(env).not.toHaveProperty('WIFI_SSID');
  });
});

describe('a unit.py to start from', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
  const kinds: fc.Arbitrary<Definition> = fc.oneof(
    fc.record({ type: fc.constantFrom('boolean', 'string', 'object', 'array') }),
    fc.record({ type: fc.constant('integer'), minimum: fc.integer({ min: -50, max: 50 }) }),
    fc.record({ type: fc.constant('number'), maximum: fc.double({ min: -9, max: 9, noNaN: true }) }),
    fc.record({ enum: fc.uniqueArray(fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)), { minLength: 1 }) }),
    fc.constant({}),
  ) as fc.Arbitrary<Definition>;
  const group = fc.dictionary(name, kinds, { maxKeys: 8 });

  test('sends values that each output may hold', () => {
    fc.assert(
      fc.property(group, (outputs) => {
        const text = startingUnit({ inputs: {}, outputs });
        const sent = [...text.matchAll(/^ {8}("(?:[^"\\]|\\.)*"): (.*),$/gm)].map(([, key = '', value = '']) => {
          return [JSON.parse(key), JSON.parse(json(value))] as [string, JsonValue];
        });
        expect(sent.map(([key]) => key)).toEqual(Object.keys(outputs));
        for (const [key, value] of sent) expect(compileCheck(outputs[key] ?? {})(value)).toBeUndefined();
      }),
    );
  });

  test('is never larger than a board can compile', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`an output of a large unit ${n}`, {}]));
    const text = startingUnit({ inputs: many, outputs: many });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4096);
    expect(text).toContain('large unit 10"');
  });

  const json = (python: string) => ({ True: 'true', False: 'false', None: 'null' })[python] ?? python;
});

describe('images for boards', () => {
  test('are the .bin files of the folder, with size and SHA-256; one that changes is read anew', async () => {
    expect(await owner.call('GET /api/board-images')).toEqual([]);
    const folder = join(croft.dataDir, 'boards');
    await mkdir(join(folder, 'folder.bin'), { recursive: true });
    const put = (name: string, text: string) => writeFile(join(folder, name), text);
    await Promise.all([put('ESP8266_GENERIC-1.26.bin', 'image'), put('notes.txt', 'no'), put('.hidden.bin', 'no')]);
    const image = { name: 'ESP8266_GENERIC-1.26.bin', size: 5, sha256: sha256(Buffer.from('image')) };
    expect(await owner.call('GET /api/board-images')).toEqual([image]);
    const response = await owner.send('GET /api/board-images/:name', { params: { name: image.name } });
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(response.headers.get('content-length')).toBe('5');
    expect(await response.text()).toBe('image');
    await put('ESP8266_GENERIC-1.26.bin', 'another');
    await eventually(async () =>
      expect(await owner.call('GET /api/board-images')).toMatchObject([{ sha256: sha256(Buffer.from('another')) }]),
    );
  });

  test.each(['../secret-key.bin', 'missing.bin', '..%2Fkey.bin'])('there is none called %s', async (name) => {
    const response = await owner.send('GET /api/board-images/:name', { params: { name } });
    expect([404, 422]).toContain(response.status);
  });
});

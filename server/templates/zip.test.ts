import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { AppError } from '../errors.ts';
import { type Content, readContent } from './content.ts';
import { readZip, writeZip } from './zip.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const zipped = (files: Record<string, string>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([path, text]) => [path, bytes(text)])));
const schema = '{"output_variables": ["t"]}';

function refusal(zip: Uint8Array): string {
  try {
    readZip(zip);
  } catch (error) {
    if (error instanceof AppError && error.status === 422) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe('what is exported', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}(\.(py|mpy|json|bin))?$/);
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((steps) => steps.join('/'));
  const content = fc
    .record({
      outputs: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 4 }),
      example: fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), fc.oneof(fc.integer(), fc.string(), fc.boolean())),
      readme: fc.string({ unit: 'grapheme', maxLength: 200 }),
      files: fc.dictionary(path, fc.uint8Array({ maxLength: 300 }), { maxKeys: 8 }),
    })
    .map(({ outputs, example, readme, files }): Content => {
      const documents = [
        ['schema.json', bytes(JSON.stringify({ output_variables: outputs }))],
        ['json_example.json', bytes(JSON.stringify(example))],
        ...(readme === '' ? [] : [['README.md', bytes(readme)] as const]),
      ] as const;
      const program = Object.entries(files).filter(([one]) => !/(^|\/)(docs?|tests?)\/|^env\.json$/.test(one));
      return readContent(new Map([...documents, ...program]), 'here');
    });

  test('is the same when it is imported, whatever it holds', () => {
    fc.assert(
      fc.property(content, (one) => void expect(readZip(writeZip(one))).toEqual(one)),
      { numRuns: 200 },
    );
  });

  test('always has the same bytes', () => {
    const one = readZip(zipped({ 'schema.json': schema, 'unit.py': 'pass' }));
    expect(writeZip(one).equals(writeZip(structuredCloneOf(one)))).toBe(true);
  });

  const structuredCloneOf = (one: Content): Content => readZip(writeZip(one));
});

describe('a .zip', () => {
  test('of a repository has one folder around everything, which is left away', () => {
    const zip = zipped({
      'climate-main/': '',
      'climate-main/schema.json': schema,
      'climate-main/lib/a.py': 'x',
      'climate-main/.gitignore': 'data',
      '__MACOSX/climate-main/._schema.json': 'mac',
    });
    expect(readZip(zip).files.map((file) => file.path)).toEqual(['lib/a.py']);
  });

  test('without documents says which is missing; what is left out may be anything', () => {
    expect(refusal(zipped({ 'unit.py': 'pass' }))).toMatch(/^There is no schema\.json in the \.zip\./);
    const found = readZip(zipped({ 'schema.json': schema, 'docs/a b?.txt': 'x', '.env': 'SECRET', 'env.json': '{}' }));
    expect(found).toMatchObject({ files: [], example: {}, readme: '' });
  });

  test.each([
    '../boot.py',
    'a/../../boot.py',
    '/etc/passwd',
    'a//b.py',
    './a.py',
    'a/./b.py',
    'a\\b.py',
    'with space.py',
    'a%2e.py',
    'a?.py',
    'a#.py',
    'a\u0001.py',
    'ü.py',
    `${'a'.repeat(121)}`,
  ])('with a file called %s is refused', (path) => {
    expect(refusal(zipped({ 'schema.json': schema, [path]: 'x' }))).toMatch(/^A board cannot hold a file called/);
  });

  test('that is none, that is cut off or damaged is refused', () => {
    expect(refusal(Buffer.from('PDF'))).toBe('This is no .zip file.');
    const whole = zipSync({
      'schema.json': bytes(schema),
      'a.py': new Uint8Array(3000).map((_, index) => index * 7919),
    });
    expect(refusal(whole.subarray(0, 200))).toBe('The .zip cannot be read: invalid zip data.');
    const firstFile = whole.subarray(0, whole.indexOf(0x50, 30));
    expect(refusal(firstFile)).toBe('The .zip is cut off or damaged.');
    const damaged = Uint8Array.from(whole);
    damaged.fill(0xff, 90, 400);
    expect(refusal(damaged)).toMatch(/^The \.zip cannot be read|^The \.zip is cut off or damaged/);
  });

  test('of any bytes is refused or read, and nothing else', () => {
    const whole = zipped({ 'schema.json': schema, 'unit.py': 'pass' });
    const some = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(some, (changes) => {
        const zip = Uint8Array.from(whole);
        for (const [at, byte] of changes) zip[at] = byte;
        try {
          readZip(zip);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a bomb', () => {
  const zeros = new Uint8Array(30 * 1024 * 1024);
  /** Writes a size into the headers of a .zip with one file, where it says how long that is. */
  function lying(zip: Uint8Array, size: number): Uint8Array {
    const copy = Buffer.from(zip);
    for (let at = 0; at < copy.length - 4; at++) {
      if (copy.readUInt32LE(at) === 0x04034b50) copy.writeUInt32LE(size, at + 22);
      if (copy.readUInt32LE(at) === 0x02014b50) copy.writeUInt32LE(size, at + 24);
    }
    return copy;
  }

  test('is stopped while it unpacks, whatever its headers say', () => {
    const bomb = zipSync({ 'a.py': zeros });
    expect(bomb.length).toBeLessThan(40_000);
    for (const zip of [bomb, lying(bomb, 10), lying(bomb, 0xfffffff0)]) {
      const before = process.memoryUsage().arrayBuffers;
      const started = performance.now();
      expect(refusal(zip)).toMatch(/^The files of the \.zip have more than 8388608 bytes/);
      expect(performance.now() - started).toBeLessThan(2_000);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
    }
  });

  test('of many small files is stopped too', () => {
    const many = Object.fromEntries(Array.from({ length: 2_001 }, (_, index) => [`docs/${index}`, '']));
    expect(refusal(zipped({ 'schema.json': schema, ...many }))).toBe('The .zip has more than 2000 files.');
    const some = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${index}.py`, '']));
    expect(refusal(zipped({ 'schema.json': schema, ...some }))).toMatch(/^There are more than 200 files/);
  });

  test('of one file that is there twice is refused', () => {
    const zip = Buffer.from(zipped({ 'schema.json': schema, 'aa.py': 'x', 'bb.py': 'y' }));
    const twice = Buffer.from(zip.toString('latin1').replaceAll('bb.py', 'aa.py'), 'latin1');
    expect(refusal(twice)).toBe('aa.py is in the .zip twice.');
  });
});

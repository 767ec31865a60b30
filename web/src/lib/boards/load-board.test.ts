import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { filesBelow, textOf } from '../../../../firmware/tests/board/files.ts';
import { type WiredBoard, wiredBoard } from '../../../testing/wired-board.ts';
import type { Program } from './board-content.ts';
import { BoardError } from './board-error.ts';
import { createBoardFiles } from './board-files.ts';
import { createCompiler } from './compile-python.ts';
import { sha256 } from './digest.ts';
import { type Load, type LoadStep, loadBoard } from './load-board.ts';
import { createRawRepl, type RawRepl } from './raw-repl.ts';

const wasm = createRequire(import.meta.url).resolve('@pybricks/mpy-cross-v6/build/mpy-cross-v6.wasm');
const compile = createCompiler(`data:application/wasm;base64,${readFileSync(wasm, 'base64')}`);
// In Node alone it listens to the process, once for each file.
process.setMaxListeners(0);
const asItIs = async () => undefined;

const unit = Buffer.from('def read():\n    return {"temperature": 21.5}\n');
const source = new Map<string, Uint8Array>([...filesBelow('board'), ['unit.py', unit]]);
const own = ['env.json', 'version.json', 'starts.json'];
const now = 1_900_000_000_000;

async function programOf(files: Map<string, Uint8Array>): Promise<Program> {
  const parts = [...files].map(async ([path, bytes]) => ({
    ...{ path, size: bytes.length, sha256: await sha256(bytes) },
    content: Buffer.from(bytes).toString('base64'),
  }));
  return { version: 'v1.2', files: await Promise.all(parts) };
}
const program = await programOf(source);

const stopping: WiredBoard[] = [];
afterEach(async () => {
  for (const board of stopping.splice(0)) await board.stop();
});

async function wire(options: Parameters<typeof wiredBoard>[0] = {}) {
  const board = await wiredBoard(options);
  stopping.push(board);
  const repl = createRawRepl(board);
  const told = new Map<LoadStep, [number, number]>();
  const load = async (more: Partial<Load> = {}, through: RawRepl = repl) => {
    await repl.enter();
    return loadBoard(through, {
      ...{ program, env: { UNIT_UUID: 'u', SECRET_KEY: 'k' }, wifi: { name: 'Shed «☀»', password: 'p "1"' }, now },
      compile: asItIs,
      onProgress: (step, done, total) => told.set(step, [done, total]),
      ...more,
    });
  };
  return { board, repl, load, told };
}

const fault = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof BoardError ? [error.fault, error.detail] : error;
};

describe.each([
  { pastes: true, way: 'in raw-paste mode' },
  { pastes: false, way: 'without raw-paste mode' },
])('$way', ({ pastes }) => {
  test('an empty board gets everything, in blocks that fit into its heap', async () => {
    const { board, load, told } = await wire({ pastes });
    const loaded = await load();
    expect(loaded).toMatchObject({ written: source.size + own.length, unchanged: 0, version: '1.27.0' });
    expect(loaded.asSource).toHaveLength(source.size - 2);
    const flash = board.flash();
    for (const [path, bytes] of source) expect(textOf(flash.get(path)), path).toBe(textOf(bytes));
    expect([...flash.keys()].toSorted()).toEqual([...source.keys(), ...own].toSorted());
    expect(JSON.parse(textOf(flash.get('env.json')))).toEqual({
      ...{ UNIT_UUID: 'u', SECRET_KEY: 'k', WIFI_SSID: 'Shed «☀»', WIFI_PASS: 'p "1"' },
    });
    expect(JSON.parse(textOf(flash.get('starts.json')))).toEqual([1_900_000_000, 0, '', false, -1]);
    expect(textOf(flash.get('version.json'))).toBe('"v1.2"');
    expect(board.longestCode()).toBeLessThan(1_200);
    for (const step of ['program', 'env', 'check', 'restart'] as const) {
      const [done, total] = told.get(step) ?? [];
      expect(done, step).toBe(total);
      expect(done, step).toBeGreaterThan(0);
    }
  });

  test('any bytes arrive as they are', async () => {
    const { repl } = await wire({ pastes });
    await repl.enter();
    const files = createBoardFiles(repl);
    await files.prepare();
    const content = fc.uint8Array({ maxLength: 1_600 });
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        await files.write({ path: 'deep/er/x.bin', bytes }, () => undefined);
        expect(await files.digests(['deep/er/x.bin'])).toEqual([await sha256(bytes)]);
        expect((await files.list()).get('deep/er/x.bin')).toBe(bytes.length);
      }),
      { numRuns: pastes ? 20 : 5 },
    );
  });

  test('what Python says goes through, as what it printed or as an error', async () => {
    const { repl } = await wire({ pastes });
    await repl.enter();
    expect(await repl.run('print("\\u0434\\u043e\\u043c", 6 * 7)\nprint(2)')).toBe('дом 42\n2\n');
    expect(await fault(repl.run('1/0'))).toEqual(['python', 'ZeroDivisionError: divide by zero']);
    expect(await fault(repl.run('raise OSError(28)'))).toEqual(['no-space', '']);
    expect(await fault(repl.run('raise MemoryError("x")'))).toEqual(['no-memory', 'MemoryError: x']);
    expect(await repl.run('print(1)')).toBe('1\n');
  });
});

test('compiled files run on MicroPython; what starts the board, and what does not compile, stays as it is', async () => {
  const { repl, board, load } = await wire();
  const native = Buffer.from('import micropython\n@micropython.asm_xtensa\ndef f():\n    nop()\n');
  const files = new Map(source).set('unit.py', native);
  const loaded = await load({ program: await programOf(files), compile });
  expect(loaded.asSource).toEqual(['unit.py']);
  const paths = [...board.flash().keys()];
  expect(paths).toEqual(expect.arrayContaining(['boot.py', 'main.py', 'unit.py', 'croft/proof.mpy']));
  expect(paths.filter((path) => /^croft\/.*\.py$/.test(path))).toEqual([]);
  const sizes = (extension: string, all: Map<string, Uint8Array>) =>
    [...all].filter(([path]) => path.endsWith(extension)).reduce((sum, [, bytes]) => sum + bytes.length, 0);
  console.log(`the library: ${sizes('.py', filesBelow('board'))} B as .py, ${sizes('.mpy', board.flash())} B as .mpy`);

  await repl.enter();
  expect(await repl.run('from croft import proof\nprint(proof.encode(b"\\x01\\xff"), proof.__file__)')).toBe(
    'Af8 croft/proof.mpy\n',
  );
});

test('a board that has it all is restarted only; one that lacks a file gets that one', async () => {
  const { board, load } = await wire();
  await load();
  expect(await load()).toMatchObject({ written: 0, unchanged: source.size + own.length });
  expect([...board.flash().keys()]).toContain('main.py');
  const other = new Map(source).set('unit.py', Buffer.from('EVERY = 5\n'));
  // The file, the counter of starts, and main.py, which was put away meanwhile.
  expect(await load({ program: await programOf(other), now: now + 60_000 })).toMatchObject({ written: 3 });
  expect(textOf(board.flash().get('unit.py'))).toBe('EVERY = 5\n');
  expect(JSON.parse(textOf(board.flash().get('starts.json')))[0]).toBe(1_900_000_060);
});

test('what is left of an update over the air, and the other form of a file, goes', async () => {
  const text = (value: string) => Buffer.from(value);
  const flash = new Map([
    ...['swap.json', 'job.json', 'result.json', 'manifest.json'].map((path) => [path, text('{}')] as const),
    ...['unit.py.new', 'croft/env.py.old', 'unit.mpy', 'croft/env.mpy'].map((path) => [path, text('x')] as const),
    ['notes.txt', text('mine')] as const,
  ]);
  const { board, load } = await wire({ flash });
  await load();
  expect([...board.flash().keys()].toSorted()).toEqual([...source.keys(), ...own, 'notes.txt'].toSorted());
  await load({ compile });
  const paths = [...board.flash().keys()];
  expect(paths).toContain('unit.mpy');
  expect(paths).not.toContain('unit.py');
});

test('a board whose upload is cut short at any moment starts nothing, and the next upload goes on from there', async () => {
  const { board, load, repl } = await wire();
  await load();
  const other = await programOf(new Map(source).set('croft/ring.py', Buffer.from('#\n'.repeat(900))));
  let blocks = 0;
  const cut: RawRepl = {
    ...repl,
    run: async (code) => {
      if (code.includes('_f.write') && ++blocks === 3) throw new BoardError('unplugged');
      return repl.run(code);
    },
  };
  expect(await fault(load({ program: other }, cut))).toEqual(['unplugged', '']);
  await repl.enter();
  expect([...board.flash().keys()]).not.toContain('main.py');
  expect(await load({ program: other })).toMatchObject({ written: 2 });
  expect([...board.flash().keys()]).toContain('main.py');
});

test('a file that is another one on the board, and a board without room or too old, are told', async () => {
  const { repl, load } = await wire();
  const through = (change: (printed: string, code: string) => string): RawRepl => ({
    ...repl,
    run: async (code) => change(await repl.run(code), code),
  });
  const differing = through((printed, code) => (code.startsWith('_end("croft/env.py.part"') ? '' : printed));
  expect(await fault(load({}, differing))).toEqual(['differs', 'croft/env.py']);
  const full = through((printed, code) => (code.includes('statvfs') ? printed.replace(/\d+\n/, '100\n') : printed));
  const changed = { program: await programOf(new Map(source).set('big.py', Buffer.alloc(90_000, 35))) };
  const [lacks, count] = (await fault(load(changed, full))) as string[];
  expect(lacks).toBe('no-space');
  expect(Number(count)).toBeGreaterThan(80_000);
  const old = through((printed, code) => (code.includes('statvfs') ? printed.replace('1.27.0', '1.18') : printed));
  expect(await fault(load({}, old))).toEqual(['too-old', '1.18']);
});

test('a program that runs is stopped; silence is told as such', async () => {
  let stops = 0;
  const printed: string[] = [];
  const running = { printed, stop: async () => void stops++ };
  const { load, repl, board } = await wire({ start: async () => running });
  await load();
  await board.read(0);
  printed.push('info: start 1');
  expect(textOf(await board.read(1_000))).toBe('info: start 1\r\n');
  await repl.enter();
  expect(stops).toBe(1);
  expect(await repl.run('print(1)')).toBe('1\n');
  const silence = { read: async () => new Uint8Array(), write: async () => undefined };
  expect(await fault(createRawRepl(silence).enter(1))).toEqual(['no-answer', '']);
}, 20_000);

import {
  type Env,
  isLeftover,
  isStarter,
  ownFiles,
  type Program,
  programFiles,
  twinOf,
  type Wifi,
} from './board-content.ts';
import { BoardError } from './board-error.ts';
import { type BoardFile, type BoardFiles, createBoardFiles } from './board-files.ts';
import { sha256 } from './digest.ts';
import type { RawRepl } from './raw-repl.ts';

/** What a board is given, in this order. */
export type LoadStep = 'program' | 'env' | 'check' | 'restart';

export type Load = {
  program: Program;
  env: Env;
  wifi: Wifi;
  /** A `.py` as what the board loads without compiling; undefined where that cannot be made of it */
  compile: (file: BoardFile) => Promise<BoardFile | undefined>;
  /** Epoch milliseconds */
  now: number;
  /** `done` of `total` bytes of a step, or files when they are checked */
  onProgress: (step: LoadStep, done: number, total: number) => void;
};

export type Loaded = { written: number; unchanged: number; platform: string; version: string; asSource: string[] };

/** .mpy files of this version are what the compiler makes: MicroPython 1.19 and later. */
const mpyVersion = 6;

/**
 * Gives a board its program, its env.json with the Wi-Fi, and starts it. What is there already is not written again.
 * @param repl in raw mode
 * @throws BoardError
 */
export async function loadBoard(repl: RawRepl, load: Load): Promise<Loaded> {
  const board = createBoardFiles(repl);
  await board.prepare();
  const { platform, version, mpy, free } = await board.facts();
  if (isTooOld(version)) throw new BoardError('too-old', version);
  const { files, asSource } = await compiled(programFiles(load.program), mpy === mpyVersion ? load.compile : undefined);
  const own = ownFiles(load.program.version, load.env, load.wifi, load.now);
  const all = [...files, ...own];
  const { changed, stale } = await planned(board, files, own, free);

  // From here on nothing starts by itself until all of it is there.
  const first = changed.size > 0 ? ['main.py', ...stale] : stale;
  if (first.length > 0) await board.remove(first);
  const starting = [...own, ...files.filter(isStarter)];
  const program = files.filter((file) => !starting.includes(file));
  const write = (step: LoadStep, some: BoardFile[]) =>
    writeAll(
      board,
      some.filter((file) => changed.has(file)),
      (done, total) => load.onProgress(step, done, total),
    );
  await write('program', program);
  await write('env', starting);
  await check(board, all, (done, total) => load.onProgress('check', done, total));
  load.onProgress('restart', 0, 1);
  await repl.restart();
  load.onProgress('restart', 1, 1);
  return { written: changed.size, unchanged: all.length - changed.size, platform, version, asSource };
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 1 || (major === 1 && minor < 19);
}

/** What is to be written, main.py with it as it is put away meanwhile; and what is to go. @throws BoardError 'no-space' */
async function planned(board: BoardFiles, files: BoardFile[], own: BoardFile[], free: number) {
  const there = await board.list();
  const missing = await differing(board, there, [...files, ...own]);
  const isTwin = (path: string) => files.some((file) => twinOf(file.path) === path);
  const stale = [...there.keys()].filter((path) => isLeftover(path) || isTwin(path));
  const replaced = [...stale, ...missing.map(({ path }) => path)];
  const lacking = sizeOf(missing) - replaced.reduce((sum, path) => sum + (there.get(path) ?? 0), free);
  if (lacking > 0) throw new BoardError('no-space', String(lacking));
  const main = missing.length > 0 ? files.filter(({ path }) => path === 'main.py') : [];
  return { changed: new Set([...missing, ...main]), stale };
}

async function compiled(files: BoardFile[], compile: Load['compile'] | undefined) {
  const asSource: string[] = [];
  const result: BoardFile[] = [];
  for (const file of files) {
    const isModule = file.path.endsWith('.py') && !isStarter(file);
    const made = isModule ? await compile?.(file) : undefined;
    if (isModule && !made) asSource.push(file.path);
    result.push(made ?? file);
  }
  return { files: result, asSource };
}

/** Those that the board does not have, or has otherwise. */
async function differing(board: BoardFiles, there: Map<string, number>, files: BoardFile[]): Promise<BoardFile[]> {
  const asLarge = files.filter(({ path, bytes }) => there.get(path) === bytes.length);
  const digests = await board.digests(asLarge.map(({ path }) => path));
  const expected = await Promise.all(asLarge.map(({ bytes }) => sha256(bytes)));
  const same = new Set(asLarge.filter((_, index) => digests[index] === expected[index]));
  return files.filter((file) => !same.has(file));
}

const sizeOf = (files: readonly BoardFile[]) => files.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** Files that are read back before there is a word of it. */
const checkedAtOnce = 8;

type OnBytes = (done: number, total: number) => void;

async function writeAll(board: BoardFiles, files: BoardFile[], onBytes: OnBytes): Promise<void> {
  const total = sizeOf(files);
  let done = 0;
  onBytes(done, total);
  for (const file of files) {
    await board.write(file, (count) => {
      done += count;
      onBytes(done, total);
    });
  }
}

/** Reads everything back once more, as it lies there under its name. */
async function check(board: BoardFiles, files: BoardFile[], onFiles: OnBytes): Promise<void> {
  const there = await board.list();
  for (let at = 0; at < files.length; at += checkedAtOnce) {
    const [other] = await differing(board, there, files.slice(at, at + checkedAtOnce));
    if (other) throw new BoardError('differs', other.path);
    onFiles(Math.min(at + checkedAtOnce, files.length), files.length);
  }
}

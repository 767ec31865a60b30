import { expect, test } from 'vitest';
import { bytesOf, textOf } from './board/files.ts';
import { liveBoards } from './board/live-boards.ts';
import { leftovers, newUnit, programIn, updatableBoard } from './board/updatable-board.ts';

const { croft, owner } = liveBoards();
const updatable = () => updatableBoard({ croft: croft(), owner: owner() });

const cutUnit = (path: string, sealed: Buffer) => (path.endsWith('unit.py') ? sealed.subarray(0, -16) : sealed);
/** Sends the first answer again and again. */
function recorder() {
  let first: Buffer | undefined;
  return (_: string, sealed: Buffer) => {
    first ??= sealed;
    return first;
  };
}

test.each<[string, string, (path: string, sealed: Buffer) => Buffer]>([
  ['with a bit turned', 'seal', (_, sealed) => Buffer.from(sealed).fill((sealed[40] ?? 0) ^ 1, 40, 41)],
  ['cut short', 'seal', cutUnit],
  ['no envelope', 'malformed', () => Buffer.from('<html>not found</html>')],
  ['an answer of before', 'replay', recorder()],
])('an answer that is %s changes nothing: %s', async (_name, reason, spoil) => {
  const { board, atFirst, state, take, tryOnce, startUntilOnline, stopWhenTold, reaches, names } = await updatable();
  state.spoil = spoil;
  await take();
  await tryOnce();
  await tryOnce();
  await startUntilOnline();
  expect(await reaches('failed')).toMatchObject({ detail: `ValueError ${reason}` });
  await stopWhenTold();
  expect(programIn(board.flash)).toEqual(programIn(atFirst));
  expect(leftovers(board.flash)).toEqual([]);
  expect(await names()).toEqual(['old', 'temperature']);
});

test('a file that is not what the manifest says is not taken', async () => {
  const { board, atFirst, state, take, tryOnce, startUntilOnline, stopWhenTold, reaches } = await updatable();
  state.forge = (path, content) => (path.endsWith('unit.py') ? Buffer.from('another one') : content);
  await take();
  await tryOnce();
  await tryOnce();
  await startUntilOnline();
  expect(await reaches('failed')).toMatchObject({ detail: 'ValueError size or SHA-256 of unit.py' });
  await stopWhenTold();
  expect(programIn(board.flash)).toEqual(programIn(atFirst));
  expect(leftovers(board.flash)).toEqual([]);
});

type Manifest = { files: { path: string; size: number; sha256: string }[] };
/** An instance that is wrong itself: it offers these files too. */
const offering =
  (...paths: string[]) =>
  (path: string, content: Buffer) => {
    if (path !== '/api/device/firmware') return content;
    const { files, ...rest }: Manifest = JSON.parse(content.toString());
    const more = paths.map((one) => ({ path: one, size: 1, sha256: '00'.repeat(32) }));
    return Buffer.from(JSON.stringify({ ...rest, files: [...more, ...files] }));
  };

test.each(['../outside.py', '/unit.py', 'a b.py', 'a%20b.py'])('a file cannot be named %s', async (path) => {
  const { board, atFirst, state, take, tryOnce } = await updatable();
  state.forge = offering(path);
  await take();
  await tryOnce();
  await tryOnce();
  expect(textOf(board.flash.get('result.json'))).toContain('cannot be named');
  expect(programIn(board.flash)).toEqual(programIn(atFirst));
});

test('what brings a bad update back, and what belongs to the board, is left alone', async () => {
  const { board, atFirst, state, take, startUntilOnline } = await updatable();
  const kept = ['boot.py', 'croft/rescue.py', 'croft/flash.py', 'env.json', 'starts.json'];
  state.forge = offering(...kept);
  await take();
  await startUntilOnline();
  await board.stop();
  expect(board.flash.get('unit.py')).toEqual(bytesOf(newUnit));
  for (const path of kept.slice(0, 4)) expect(textOf(board.flash.get(path))).toBe(textOf(atFirst.get(path)));
});

import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { bytesOf, textOf } from './board/files.ts';
import { leftovers, programOf, updatableBoard } from './board/updatable-board.ts';

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
  const { board, before, state, update, tryOnce, startUntilOnline, stopWhenTold, lastReceipt } = await updatableBoard();
  state.spoil = spoil;
  await update();
  await tryOnce();
  await tryOnce();
  await startUntilOnline();
  await eventually(() =>
    expect(lastReceipt()).toMatchObject({ id: 'c1', status: 'failed', detail: `ValueError ${reason}` }),
  );
  await stopWhenTold();
  expect(programOf(board.flash)).toEqual(programOf(before));
  expect(leftovers(board.flash)).toEqual([]);
});

test('a file that is not what the manifest says is not taken', async () => {
  const { board, before, state, update, tryOnce, startUntilOnline, stopWhenTold, lastReceipt } = await updatableBoard();
  const { files } = state;
  // Another content each time it is asked for: what was hashed for the manifest is not what is served.
  let count = 0;
  const get = files.get.bind(files);
  files.get = (path) => (path === 'unit.py' ? bytesOf(`content ${count++}`) : get(path));
  await update();
  await tryOnce();
  await tryOnce();
  await startUntilOnline();
  await eventually(() =>
    expect(lastReceipt()).toMatchObject({ status: 'failed', detail: 'ValueError size or SHA-256 of unit.py' }),
  );
  await stopWhenTold();
  expect(programOf(board.flash)).toEqual(programOf(before));
  expect(leftovers(board.flash)).toEqual([]);
});

test.each(['../outside.py', '/unit.py', 'a b.py', 'a%20b.py'])('a file cannot be named %s', async (path) => {
  const { board, before, state, update, tryOnce } = await updatableBoard();
  state.files = new Map([[path, bytesOf('x')]]);
  await update();
  await tryOnce();
  await tryOnce();
  expect(textOf(board.flash.get('result.json'))).toContain('cannot be named');
  expect(programOf(board.flash)).toEqual(programOf(before));
});

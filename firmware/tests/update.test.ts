import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { textOf } from './board/files.ts';
import { liveBoards } from './board/live-boards.ts';
import { changes, leftovers, programIn, updatableBoard } from './board/updatable-board.ts';

const { croft, owner } = liveBoards();
const updatable = (files?: Record<string, string>) => updatableBoard({ croft: croft(), owner: owner() }, files);

test('an update is fetched, checked, swapped in, and confirmed after a minute online', async () => {
  const { timePasses, board, atFirst, state, take, startUntilOnline, stopWhenTold, reaches, shown, names } =
    await updatable();
  await take();
  expect(state.refused).toEqual([]);
  // What is the same is not fetched again.
  const fetched = ['firmware', 'files/lib/drivers/probe.mpy', 'files/lib/extra.py', 'files/unit.py'];
  expect(state.asked).toEqual(fetched.map((path) => `/api/device/${path}`));
  const bytes = Object.values(changes).reduce((sum, { length }) => sum + length, 0);
  expect(await reaches('fetching')).toMatchObject({ from: 'v1', to: 'v2', filesFetched: 3, bytesFetched: bytes });
  expect(await names()).toEqual(['fresh', 'old', 'temperature']);

  await startUntilOnline();
  await reaches('trial');
  expect(await board.evaluate('__import__("unit").version')).toBe(2);
  await timePasses(50_000);
  await eventually(async () => expect((await shown()).state.firmware).toMatch(/^v2\+/));
  await reaches('trial');
  await timePasses(12_000);
  const version = (await shown()).state.firmware;
  expect(await reaches('done')).toMatchObject({ detail: `version ${version}` });
  await stopWhenTold();

  const { 'lib/drivers/probe.py': _, ...rest } = programIn(atFirst);
  expect(programIn(board.flash)).toEqual({ ...rest, ...changes, 'version.json': JSON.stringify(version) });
  expect(leftovers(board.flash)).toEqual([]);
  expect(await names()).toEqual(['fresh', 'temperature']);
  expect((await shown()).template).toMatchObject({ version: { label: 'v2' }, isBehind: false });
});

test('a board that is away gets it when it comes back', async () => {
  const { timePasses, board, order, take, reaches, startUntilOnline } = await updatable();
  await startUntilOnline();
  await board.stop();
  await order();
  await reaches('ordered');
  await take(async () => undefined);
  await startUntilOnline();
  await timePasses(62_000);
  await reaches('done');
  await board.stop();
});

test('a command that comes while a restart is near does not take the place of the first', async () => {
  const { timePasses, board, order, command, take, reaches, startUntilOnline, tells } = await updatable();
  await order();
  await command('env');
  await take(async () => undefined);
  await startUntilOnline();
  await tells('failed', 'the update before is still on trial');
  await timePasses(62_000);
  await reaches('done');
  await board.stop();
});

test('a program that does not run is taken back after ten bad starts; the old schema is there again', async () => {
  const broken = { 'croft/link.py': 'this is no Python' };
  const { board, atFirst, take, tryOnce, startUntilOnline, stopWhenTold, reaches, names, shown } =
    await updatable(broken);
  await take();
  for (let start = 0; start < 10; start++) await tryOnce();
  expect(textOf(board.flash.get('croft/link.py'))).toBe('this is no Python');
  expect(await names()).toEqual(['fresh', 'old', 'temperature']);

  await startUntilOnline();
  expect(await board.evaluate('__import__("unit").began')).toBe(1);
  expect(await reaches('failed')).toMatchObject({ detail: 'taken back after 10 starts without a good minute' });
  await stopWhenTold();
  expect(programIn(board.flash)).toEqual(programIn(atFirst));
  expect(leftovers(board.flash)).toEqual([]);
  expect(await names()).toEqual(['old', 'temperature']);
  expect((await shown()).template).toMatchObject({ version: { label: 'v1' }, isBehind: true });
});

test('a program that never gets online is taken back as well', async () => {
  const { board, atFirst, take, tryOnce, startUntilOnline, stopWhenTold, reaches } = await updatable();
  await take();
  board.setWifi(false);
  const skipping = setInterval(() => board.advance(30_000), 10);
  for (let start = 0; start < 10; start++) await tryOnce();
  clearInterval(skipping);
  board.setWifi(true);
  await startUntilOnline();
  await reaches('failed');
  await stopWhenTold();
  expect(programIn(board.flash)).toEqual(programIn(atFirst));
  expect(leftovers(board.flash)).toEqual([]);
}, 60_000);

const cutAtRename = (count: number) => `
import os
_rename = os.rename
_left = [${count}]
def _cutting(old, new):
    _left[0] -= 1
    if _left[0] < 0:
        raise SystemExit("power cut")
    _rename(old, new)
os.rename = _cutting
`;

test('a power cut at any moment of the swap is made good at the next start', async () => {
  const { board, atFirst, take, startUntilOnline } = await updatable();
  await take();
  const ready = new Map(board.flash);
  const { 'lib/drivers/probe.py': _, 'version.json': __, ...rest } = programIn(atFirst);
  let boot = Number(JSON.parse(textOf(ready.get('starts.json')))[0]);
  for (let count = 0; count < 8; count++) {
    board.flash.clear();
    for (const [path, bytes] of ready) board.flash.set(path, bytes);
    // The same board would have counted on.
    boot += 2;
    board.flash.set('starts.json', Buffer.from(JSON.stringify([boot, 0, '', false, 0])));
    await board.start(cutAtRename(count));
    await board.ended();
    await startUntilOnline();
    await board.stop();
    expect(programIn(board.flash), `cut at rename ${count}`).toMatchObject({ ...rest, ...changes });
    expect(JSON.parse(textOf(board.flash.get('swap.json')))).toMatchObject({ phase: 'trial' });
  }
}, 60_000);

test('40 KB come over in less than 20 s', async () => {
  const part = (number: number) => `# ${number}\n`.repeat(1024).slice(0, 4096);
  const parts = Array.from({ length: 10 }, (_, number) => [`lib/part${number}.py`, part(number)]);
  const { board, startUntilOnline, order, tryOnce, reaches } = await updatable(Object.fromEntries(parts));
  await startUntilOnline();
  await order();
  await board.ended();
  const start = performance.now();
  await tryOnce();
  await startUntilOnline();
  const seconds = (performance.now() - start) / 1000;
  await board.stop();
  console.log(`an update of 40 KB, with the restart: ${seconds.toFixed(1)} s`);
  expect(board.flash.get('lib/part9.py')?.length).toBe(4096);
  expect((await reaches('trial'))?.bytesFetched).toBeGreaterThan(40_960);
  expect(seconds).toBeLessThan(20);
});

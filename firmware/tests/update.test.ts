import { expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { bytesOf, textOf } from './board/files.ts';
import { changes, leftovers, newUnit, programOf, updatableBoard } from './board/updatable-board.ts';

const updated = { ...changes, 'version.json': '"2"' };

test('an update is fetched, checked, swapped in, and confirmed after a minute online', async () => {
  const { board, before, state, mqtt, update, startUntilOnline, stopWhenTold, lastReceipt } = await updatableBoard();
  await update();
  expect(mqtt.heardOn('receipt')).toEqual([{ id: 'c1', status: 'received', detail: '' }]);
  expect(state.refused).toEqual([]);
  // What is the same is not fetched again.
  const fetched = ['firmware', 'files/unit.py', 'files/lib/extra.py', 'files/lib/drivers/probe.mpy'];
  expect(state.asked).toEqual(fetched.map((path) => `/api/device/${path}`));

  await startUntilOnline();
  expect(await board.evaluate('__import__("unit").version')).toBe(2);
  board.advance(50_000);
  await eventually(() => expect(mqtt.heardOn('state').at(-1)).toMatchObject({ firmware: '2' }));
  expect(lastReceipt()).toMatchObject({ status: 'received' });
  board.advance(11_000);
  await eventually(() => expect(lastReceipt()).toEqual({ id: 'c1', status: 'done', detail: 'version 2' }));
  await stopWhenTold();

  const { 'lib/drivers/probe.py': _, ...rest } = programOf(before);
  expect(programOf(board.flash)).toEqual({ ...rest, ...updated });
  expect(leftovers(board.flash)).toEqual([]);
});

test('a program that does not run is taken back after ten bad starts, and says so', async () => {
  const { board, before, state, update, tryOnce, startUntilOnline, stopWhenTold, lastReceipt } = await updatableBoard();
  state.files.set('croft/link.py', bytesOf('this is no Python'));
  await update();
  for (let start = 0; start < 10; start++) await tryOnce();
  expect(textOf(board.flash.get('croft/link.py'))).toBe('this is no Python');

  await startUntilOnline();
  expect(await board.evaluate('__import__("unit").began')).toBe(1);
  const detail = 'taken back after 10 starts without a good minute';
  await eventually(() => expect(lastReceipt()).toEqual({ id: 'c1', status: 'failed', detail }));
  await stopWhenTold();
  expect(programOf(board.flash)).toEqual(programOf(before));
  expect(leftovers(board.flash)).toEqual([]);
});

test('a program that never gets online is taken back as well', async () => {
  const { board, before, update, tryOnce, startUntilOnline, stopWhenTold } = await updatableBoard();
  await update();
  board.setWifi(false);
  const skipping = setInterval(() => board.advance(30_000), 10);
  for (let start = 0; start < 10; start++) await tryOnce();
  clearInterval(skipping);
  board.setWifi(true);
  await startUntilOnline();
  await stopWhenTold();
  expect(programOf(board.flash)).toEqual(programOf(before));
  expect(leftovers(board.flash)).toEqual([]);
});

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
  const { board, before, update, startUntilOnline } = await updatableBoard();
  await update();
  const ready = new Map(board.flash);
  const { 'lib/drivers/probe.py': _, ...rest } = programOf(before);
  for (let count = 0; count < 8; count++) {
    board.flash.clear();
    for (const [path, bytes] of ready) board.flash.set(path, bytes);
    await board.start(cutAtRename(count));
    await board.ended();
    await startUntilOnline();
    await board.stop();
    expect(programOf(board.flash), `cut at rename ${count}`).toMatchObject({ ...rest, ...updated });
    expect(JSON.parse(textOf(board.flash.get('swap.json')))).toMatchObject({ phase: 'trial' });
  }
});

test('what brings a bad update back, and what belongs to the board, is left alone', async () => {
  const { board, before, state, update, startUntilOnline } = await updatableBoard();
  const kept = ['boot.py', 'croft/rescue.py', 'croft/flash.py', 'env.json', 'starts.json'];
  for (const path of kept) state.files.set(path, bytesOf('spoilt'));
  await update();
  await startUntilOnline();
  await board.stop();
  expect(textOf(board.flash.get('unit.py'))).toBe(newUnit);
  for (const path of kept.slice(0, 4)) expect(textOf(board.flash.get(path))).toBe(textOf(before.get(path)));
  expect(textOf(board.flash.get('starts.json'))).not.toBe('spoilt');
});

test('env.json is fetched anew, the Wi-Fi stays', async () => {
  const { board, state, update, startUntilOnline, lastReceipt } = await updatableBoard();
  const old = JSON.parse(textOf(board.flash.get('env.json')));
  state.env = { ...old, WIFI_SSID: '', WIFI_PASS: '', LAMP_PIN: 5 };
  await update('env');
  await startUntilOnline();
  expect(await board.evaluate('__import__("croft.env").env.get("LAMP_PIN")')).toBe(5);
  board.advance(61_000);
  await eventually(() => expect(lastReceipt()).toEqual({ id: 'c1', status: 'done', detail: 'env.json' }));
  await board.stop();
  expect(JSON.parse(textOf(board.flash.get('env.json')))).toEqual({ ...old, LAMP_PIN: 5 });
});

test('40 KB come over in less than 20 s', async () => {
  const { board, state, startUntilOnline, mqtt, tryOnce } = await updatableBoard();
  for (let number = 0; number < 10; number++)
    state.files.set(`lib/part${number}.py`, bytesOf(`# ${number}\n`.repeat(1024).slice(0, 4096)));
  await startUntilOnline();
  mqtt.command('c1', 'update');
  await board.ended();
  const start = performance.now();
  await tryOnce();
  await startUntilOnline();
  const seconds = (performance.now() - start) / 1000;
  await board.stop();
  console.log(`an update of 40 KB, with the restart: ${seconds.toFixed(1)} s`);
  expect(board.flash.get('lib/part9.py')?.length).toBe(4096);
  expect(seconds).toBeLessThan(20);
});

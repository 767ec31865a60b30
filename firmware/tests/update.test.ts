import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../server/testing/eventually.ts';
import { createBoard } from './board/board.ts';
import { bytesOf, filesBelow, loadedFlash, textOf } from './board/files.ts';
import type { Flash } from './board/protocol.ts';
import { obedientUnit } from './board/unit-on-board.ts';
import { deviceSide } from './stand-in/device-side.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const newUnit = `${obedientUnit}\nversion = 2\n`;
const changes = { 'unit.py': newUnit, 'lib/extra.py': 'x = 1\n', 'lib/drivers/probe.mpy': 'not run' };
/** What an update has to leave behind and nothing else. */
const working = /\.(new|old|part|sealed|tmp)$|^(swap|job|result|manifest)\.json$/;

/** A board that is online with a program which it can update: unit.py, a file that is there in another form, another one. */
async function updatableBoard() {
  const instance = await deviceSide();
  const { state, mqtt } = instance;
  const flash = loadedFlash(obedientUnit, instance.env).set('lib/drivers/probe.py', bytesOf('old probe'));
  const board = createBoard(flash);
  const before = new Map(flash);
  closing.push(instance.close);
  state.files = offer(changes);

  async function startUntilOnline(): Promise<void> {
    await board.start();
    await eventually(() => expect(mqtt.isConnected()).toBe(true));
  }
  /** Sends the command; resolves when the board, restarted for it, has done its part and resets. */
  async function update(command = 'update'): Promise<void> {
    await startUntilOnline();
    mqtt.command('c1', command);
    expect((await board.ended()).how).toBe('reset');
    await tryOnce();
  }
  /** A start that resets by itself. */
  async function tryOnce(): Promise<void> {
    await board.start();
    expect((await board.ended()).how).toBe('reset');
  }
  /** Stops once the instance has the result. */
  async function stopWhenTold(): Promise<void> {
    await eventually(async () =>
      expect(await board.evaluate('__import__("os").listdir()')).not.toContain('result.json'),
    );
    await board.stop();
  }
  const lastReceipt = () => mqtt.heardOn('receipt').at(-1);
  return { board, before, state, mqtt, startUntilOnline, update, tryOnce, stopWhenTold, lastReceipt };
}

/** What the instance offers: the program as it is, with these other files. */
function offer(files: Record<string, string>): Flash {
  return new Map([
    ...filesBelow('board'),
    ...Object.entries(files).map(([path, text]) => [path, bytesOf(text)] as const),
  ]);
}

const leftovers = (flash: Flash) => [...flash.keys()].filter((path) => working.test(path));

/** The program in a flash: what an update may change. */
function programOf(flash: Flash): Record<string, string> {
  const paths = [...flash.keys()].filter((path) => /\.m?py$|^version/.test(path)).toSorted();
  return Object.fromEntries(paths.map((path) => [path, textOf(flash.get(path))]));
}

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

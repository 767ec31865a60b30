import { env } from 'node:process';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { largestManifest, manifestOf } from '../../../server/programs/manifest.ts';
import type { TestClient } from '../../../server/testing/client.ts';
import { eventually } from '../../../server/testing/eventually.ts';
import { type TestInstance, testInstance } from '../../../server/testing/instance.ts';
import { filesBelow, loadedFlash, setEnv } from '../board/files.ts';
import { unitOnBoard } from '../board/unit-on-board.ts';
import { changes, updatableBoard } from '../board/updatable-board.ts';
import { cuttableProxy } from './cuttable-proxy.ts';
import { createProcess, resetCode } from './process.ts';

const micropython = env.CROFT_MICROPYTHON ?? '';
/** What an ESP8266 has. */
const heap = '38k';
const kilobyte = 1024;

let croft: TestInstance;
let owner: TestClient;
const closing: (() => unknown)[] = [];
beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => croft.close());

/** Counts up, tells on the serial port what heap is left, and once what it costs to seal a value of 64 bytes. */
const measuringUnit = `
import gc

from croft import env

EVERY = 0.2
count = 0

def read():
    global count
    gc.collect()
    print("free", gc.mem_free(), "of", gc.mem_free() + gc.mem_alloc())
    count += 1
    if count == 10:
        topic = env.topic("output/temperature")
        gc.disable()
        gc.collect()
        before = gc.mem_alloc()
        env.seal(topic, "x" * 64)
        print("sealing", gc.mem_alloc() - before)
        gc.enable()
    return {"temperature": count}

def on_input(name, value):
    print("input", name, value)
`;

async function boardProcess(unit: string, settings: object = {}) {
  const one = await unitOnBoard(owner, { unit });
  const board = createProcess(micropython, loadedFlash(unit, { ...one.env, ...settings }));
  closing.push(board.remove, board.stop);
  const values = async () => (await one.stored('temperature')).map(([, value]) => value);
  return { ...one, board, values };
}

const numbersOf = (printed: string[], word: string) =>
  printed.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1]));

test(`in ${heap} of heap: connects, seals, is stored, hears inputs, and leaves 12 KB free`, async () => {
  const { board, values, set } = await boardProcess(measuringUnit);
  await set('lamp', true);
  board.start(heap);
  await eventually(async () => expect((await values()).length).toBeGreaterThan(30), 60_000);
  expect(await values()).toEqual((await values()).map((_, index) => index + 1));
  expect(board.printed).toContain('input lamp True');
  const free = numbersOf(board.printed, 'free').slice(20);
  const [cost] = numbersOf(board.printed, 'sealing');
  console.log(`heap of ${heap}: ${Math.min(...free)} B free when steady; sealing 64 bytes takes ${cost} B`);
  expect(Math.min(...free)).toBeGreaterThanOrEqual(12 * kilobyte);
  expect(cost).toBeGreaterThan(58);
  expect(cost).toBeLessThanOrEqual(2 * kilobyte);
});

test('a link that drops is made again, and what was read meanwhile is stored in order', async () => {
  const proxy = await cuttableProxy(croft.mqttPort ?? 0);
  closing.push(proxy.close);
  const { board, values } = await boardProcess(measuringUnit, { MQTT_PORT: proxy.port });
  board.start(heap);
  await eventually(async () => expect((await values()).length).toBeGreaterThan(5), 60_000);
  proxy.setOpen(false);
  await eventually(() => expect(board.printed.join('\n')).toContain('error: connection'), 20_000);
  const before = (await values()).length;
  proxy.setOpen(true);
  await eventually(async () => expect((await values()).length).toBeGreaterThan(before + 10), 60_000);
  const stored = await values();
  expect([...new Set(stored)]).toEqual(Array.from({ length: new Set(stored).size }, (_, index) => index + 1));
});

/** With small files, as many as the largest manifest has room for. */
function filledUp(files: Record<string, string>): Record<string, string> {
  const more = { ...files, [`lib/part${String(Object.keys(files).length).padStart(2, '0')}.py`]: 'x = 1\n' };
  return sizeOfManifest({ ...changes, ...more }) > largestManifest ? files : filledUp(more);
}

function sizeOfManifest(files: Record<string, string>): number {
  const listed = Object.entries(files).map(([path, text]) => {
    return { path, content: Buffer.from(text), sha256: Buffer.alloc(32) };
  });
  return manifestOf({ version: 'v2', files: listed, hasOwn: true, isWhole: true }).length;
}

test('an update with the longest list of files is fetched, swapped in and runs', async () => {
  const changed = [...filesBelow('board')].filter(([path]) => path.endsWith('.py'));
  const files = Object.fromEntries(changed.map(([path, bytes]) => [path, `${Buffer.from(bytes)}# new\n`]));
  files['unit.py'] = 'EVERY = 1\ndef setup():\n    print("new unit")\n';
  const one = await updatableBoard({ croft, owner }, filledUp(files));
  setEnv(one.board.flash, { MQTT_HOST: '127.0.0.1' });
  let list = 0;
  one.state.forge = (path, content) => {
    if (path === '/api/device/firmware') list = content.length;
    return content;
  };
  const board = createProcess(micropython, one.board.flash);
  closing.push(board.remove, board.stop);
  board.start(heap);
  await eventually(async () => expect((await one.shown()).state).toHaveProperty('uptime'), 20_000);
  await one.order();
  expect(await board.ended()).toBe(resetCode);
  board.start(heap);
  expect(await board.ended()).toBe(resetCode);
  expect(board.read('swap.json')).toContain('"phase": "swap"');
  board.start(heap);
  await one.reaches('trial');
  await eventually(async () => expect((await one.shown()).state.firmware).toBe('v2'), 20_000);
  expect(board.printed).toContain('new unit');
  expect(list).toBeGreaterThan(largestManifest - 120);
  expect(board.read('croft/mqtt.py')).toMatch(/# new\n$/);
});

test('the smallest heap in which values are still stored', async () => {
  let [works, fails] = [38, 16];
  while (works - fails > 1) {
    const tried = Math.floor((works + fails) / 2);
    if (await storesIn(`${tried}k`)) works = tried;
    else fails = tried;
  }
  console.log(`smallest heap in which values are stored: ${works} KB`);
  expect(works).toBeLessThan(38);
});

/** Whether ten values are stored; a program that ends, or is silent for 10 s, does not work. */
async function storesIn(size: string): Promise<boolean> {
  const { board, values } = await boardProcess(
    'EVERY = 0.1\ncount = 0\ndef read():\n    global count\n    count += 1\n    return {"temperature": count}\n',
  );
  board.start(size);
  const stored = eventually(async () => expect((await values()).length).toBeGreaterThan(10), 10_000);
  const isWorking = await Promise.race([stored.then(() => true), board.ended().then(() => false)]).catch(() => false);
  stored.catch(() => undefined);
  await board.stop();
  return isWorking;
}

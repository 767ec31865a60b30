import { readFile } from 'node:fs/promises';
import { strFromU8, unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { createBoard } from '../../firmware/tests/board/board.ts';
import { bytesOf, textOf } from '../../firmware/tests/board/files.ts';
import type { Flash } from '../../firmware/tests/board/protocol.ts';
import { connect, isDone, loading, openUnit, step } from '../testing/board-page.ts';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import type { Cable } from '../testing/plug-in.ts';
import { type Program, type WiredBoard, wiredBoard } from '../testing/wired-board.ts';

const stopping: (() => Promise<unknown>)[] = [];

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');
afterEach(async () => {
  for (const stop of stopping.splice(0)) await stop();
});

const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number', title: 'Air temperature', unit: 'Cel' } },
};
const wifi = { name: 'Shed «☀» net', password: 'correct horse Wi-Fi' };
const makeUnit = (name: string) => ada.call('POST /api/units', { body: { name, schema } });

/** The firmware as it was loaded, on the test board, which begins when it is let. */
function firmware(mayBegin: Promise<void> = Promise.resolve()) {
  return async (flash: Flash): Promise<Program> => {
    const env = JSON.parse(textOf(flash.get('env.json')));
    const here = bytesOf(JSON.stringify({ ...env, MQTT_HOST: '127.0.0.1' }));
    const board = createBoard(new Map([...flash, ['env.json', here]]));
    const begun = mayBegin.then(() => board.start());
    const stop = () => begun.then(() => board.stop());
    return { printed: board.printed, stop };
  };
}

async function connected(options: Parameters<typeof wiredBoard>[0]): Promise<WiredBoard> {
  const board = await wiredBoard(options);
  stopping.push(board.stop);
  return board;
}

async function typeWifi(page: Page): Promise<void> {
  await page.getByLabel('Wi-Fi name').fill(wifi.name);
  await page.getByLabel('Wi-Fi password').fill(wifi.password);
}

test('from “Connect a board” to the live chart in three clicks, two of them in the browser’s own chooser', async () => {
  const unit = await makeUnit('Greenhouse');
  const gate = Promise.withResolvers<void>();
  const board = await connected({ start: firmware(gate.promise) });
  const page = await openUnit(browser, ada, unit.id, () => board);
  const sent: string[] = [];
  page.on('request', (request) => {
    sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`);
  });
  await typeWifi(page);
  await shoot(page, 'board-form');

  // The one click of the page; the port and “Connect” are the other two.
  await connect(page).click();
  await step(page, 'First message from the board').waitFor();
  await isDone(page, 'Restart the board');
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'board-restarted');

  gate.resolve();
  const chart = page.getByRole('figure', { name: 'Air temperature' });
  await chart.locator('canvas').waitFor(loading);
  await soon(async () => expect(await chart.innerText()).toMatch(/0\s*°C/));
  expect(await connect(page).count()).toBe(0);

  const flash = board.flash();
  const env = JSON.parse(textOf(flash.get('env.json')));
  expect(env).toMatchObject({ UNIT_UUID: unit.id, WIFI_SSID: wifi.name, WIFI_PASS: wifi.password });
  expect([...flash.keys()]).toContain('croft/envelope.mpy');
  expect([...flash.keys()]).not.toContain('croft/envelope.py');
  expect(sent.length).toBeGreaterThan(0);
  for (const secret of [wifi.password, wifi.name, encodeURIComponent(wifi.name), 'correct%20horse', 'correct+horse']) {
    for (const request of sent) expect(request).not.toContain(secret);
  }
});

test('a second time only what changed is written, and the counter of starts is a new one; in Russian too', async () => {
  const unit = await makeUnit('Board again');
  const board = await connected({});
  const page = await openUnit(browser, ada, unit.id, () => board, { theme: 'dark', width: 360 });
  await connect(page).click();
  await isDone(page, 'Restart the board');
  // The page goes on when the board has taken the order to restart.
  const starts = async () => soon(() => JSON.parse(textOf(board.flash().get('starts.json'))));
  const first = await starts();
  await connect(page).click();
  await isDone(page, 'Restart the board');
  await step(page, '2 files written, 28 were there already').waitFor();
  await soon(async () => expect((await starts())[0]).toBeGreaterThan(first[0]));
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'board-dark');

  const russian = await openUnit(browser, ada, unit.id, () => board, { locale: 'ru-RU', width: 360 });
  await russian.getByRole('button', { name: 'Подключить плату' }).click();
  await russian.getByText('Первое сообщение платы').waitFor();
  expect(await pageFaults(russian)).toEqual([]);
  await shoot(russian, 'board-ru');
});

test('a port that is taken, a board that is unplugged, and no board at all are told with what to try', async () => {
  const unit = await makeUnit('Troubles');
  const board = await connected({});
  let written = 0;
  let isPlugged = true;
  const cable: Cable = {
    read: (ms) => (isPlugged ? board.read(ms) : Promise.reject(new Error('lost'))),
    write: (bytes) => {
      written += bytes.length;
      if (written > 8_000) isPlugged = false;
      return isPlugged ? board.write(bytes) : Promise.reject(new Error('lost'));
    },
  };
  const page = await openUnit(browser, ada, unit.id, () => cable);
  await connect(page).click();
  await page.getByRole('alert').getByText('The board was unplugged').waitFor(loading);
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'board-unplugged');

  // Plugged in again; another tab has the port.
  written = Number.NEGATIVE_INFINITY;
  isPlugged = true;
  await page.evaluate(() => window.boardPort.open());
  await connect(page).click();
  await page.getByRole('alert').getByText('Another program or page has it').waitFor();
  await page.evaluate(() => window.boardPort.close());
  await connect(page).click();
  await isDone(page, 'Restart the board');
  expect(await step(page, ', 0 were there already').count()).toBe(0);
});

test('a browser without Web Serial says so, and makes a .zip with all that belongs on the board', async () => {
  const unit = await makeUnit('Zip board');
  const page = await browser.open('/explore', { as: ada, width: 360 });
  await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'serial'));
  await page.goto(`/units/${unit.id}`);
  await page.getByText('This browser has no Web Serial').waitFor();
  expect(await connect(page).count()).toBe(0);
  await typeWifi(page);
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'board-without-serial');
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the .zip' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('Zip-board.zip');
  const files = unzipSync(await readFile(await download.path()));
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining([
      'README.txt',
      'board/main.py',
      'board/croft/env.py',
      'board/unit.py',
      'board/version.json',
    ]),
  );
  const read = (path: string) => strFromU8(files[path] ?? new Uint8Array());
  expect(JSON.parse(read('board/env.json'))).toMatchObject({
    ...{ UNIT_UUID: unit.id, WIFI_SSID: wifi.name, WIFI_PASS: wifi.password },
  });
  expect(Math.abs(JSON.parse(read('board/starts.json'))[0] - Date.now() / 1000)).toBeLessThan(60);
  for (const way of ['mpremote cp -r board/* : + reset', 'Thonny', 'PyMakr', 'Zip board'])
    expect(read('README.txt')).toContain(way);
  for (const request of sent) expect(request).not.toContain(wifi.password);
});

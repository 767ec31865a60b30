import { createHash } from 'node:crypto';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { bareChip } from '../testing/bare-chip.ts';
import { connect, isDone, loading, openUnit, step } from '../testing/board-page.ts';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { wiredBoard } from '../testing/wired-board.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

const schema = { output_variables: { temperature: { type: 'number' } } };
const makeUnit = (name: string) => ada.call('POST /api/units', { body: { name, schema } });

/** Looks like a program for an ESP8266, and is too large for one block. */
function image(): Uint8Array {
  const bytes = new Uint8Array(300_000).map((_, index) => (index * index) >> 8);
  bytes[0] = 0xe9;
  return bytes;
}

const chooseImage = (page: Page, name: string, bytes: Uint8Array) =>
  page
    .getByLabel('An image on this computer (.bin)')
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });

const bareAlert = (page: Page) => page.getByRole('alert').getByText('No MicroPython answers').waitFor(loading);

test('a chip without MicroPython gets it, its size and SHA-256 shown first, and all the rest after it', async () => {
  const unit = await makeUnit('Bare chip');
  const chip = bareChip();
  const board = await wiredBoard();
  // What was written runs after a reset.
  let hasMicroPython = false;
  const reset = () => {
    hasMicroPython = chip.flash() !== undefined;
  };
  const page = await openUnit(browser, ada, unit.id, () => (hasMicroPython ? board : { ...chip, reset }));
  await connect(page).click();
  await bareAlert(page);
  await chooseImage(page, 'esp32.bin', new Uint8Array(300_000).fill(1));
  await page.getByText('This is no MicroPython for an ESP8266.').waitFor();
  await chooseImage(page, 'micropython.bin', image());
  await page.getByText('300,000 bytes').waitFor();
  await page.getByText(createHash('sha256').update(image()).digest('hex')).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'board-image');

  await page.getByRole('button', { name: 'Write MicroPython and go on' }).click();
  await isDone(page, 'Write MicroPython');
  await isDone(page, 'Restart the board');
  // Byte 3 is the size of the flash, which is found out.
  const [written = Buffer.of(), expected] = [chip.flash(), Buffer.from(image())];
  expect(written.length).toBe(expected.length);
  const different = [...expected].flatMap((byte, at) => (byte === written[at] ? [] : [at]));
  expect(different).toEqual([3]);
  expect(chip.erasures()).toBe(1);
  await soon(() => expect([...board.flash().keys()]).toContain('main.py'));
  await step(page, 'ESP8266').first().waitFor();
  expect(browser.errors).toEqual([]);
}, 150_000);

test('another chip is left as it is', async () => {
  const unit = await makeUnit('Other chip');
  const chip = bareChip('ESP32');
  const page = await openUnit(browser, ada, unit.id, () => chip, { theme: 'dark' });
  await connect(page).click();
  await bareAlert(page);
  await chooseImage(page, 'micropython.bin', image());
  await page.getByRole('button', { name: 'Write MicroPython and go on' }).click();
  await page.getByRole('alert').getByText('The chip is ESP32, not an ESP8266.').waitFor(loading);
  expect(chip.flash()).toBeUndefined();
  // What was chosen stays chosen.
  await page.getByText('300,000 bytes').waitFor();
  await shoot(page, 'board-other-chip');
});

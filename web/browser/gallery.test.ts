import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { openBrowser } from './open-browser.ts';

let outDir: string;
let served: PreviewServer;
let browser: Browser;

// Built, since it is opened often: from the files as they stand it takes seconds each time.
beforeAll(async () => {
  const configFile = fileURLToPath(new URL('gallery/vite.config.ts', import.meta.url));
  outDir = await mkdtemp(join(tmpdir(), 'croft-gallery-'));
  const input = fileURLToPath(new URL('gallery/index.html', import.meta.url));
  const options = { outDir, emptyOutDir: true, copyPublicDir: false, rolldownOptions: { input } };
  await build({ configFile, logLevel: 'error', build: options });
  served = await preview({ configFile, logLevel: 'error', build: { outDir }, preview: { port: 0, open: false } });
  browser = await openBrowser();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await served?.close();
  await rm(outDir, { recursive: true, force: true });
});

async function openGallery(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options });
  const page = await context.newPage();
  await page.goto(`${served.resolvedUrls?.local[0]}browser/gallery/`);
  await page.locator('.uplot').nth(2).waitFor({ state: 'attached', timeout: 30_000 });
  return page;
}

const chart = (page: Page, name: string) => page.getByRole('figure', { name });
const readout = (page: Page) => chart(page, 'Weather').locator('xpath=./div[1]/div[1]').innerText();

test.each([
  ['light', 1440],
  ['dark', 360],
] as const)(
  'is accessible, %s at %i px',
  async (colorScheme, width) => {
    const page = await openGallery({ colorScheme, viewport: { width, height: 900 } });
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  },
  60_000,
);

test('a value glows once when it changes, for 150 ms at most, and not at all with reduced motion', async () => {
  for (const [reducedMotion, durations] of [
    ['no-preference', [150]],
    ['reduce', []],
  ] as const) {
    const page = await openGallery({ reducedMotion });
    await page.getByText('now', { exact: true }).waitFor({ state: 'detached' });
    const begun = await page.evaluate(async () => {
      const begun: unknown[] = [];
      const animate = Element.prototype.animate;
      Element.prototype.animate = function (frames, options) {
        begun.push((options as KeyframeAnimationOptions).duration);
        return animate.call(this, frames, options);
      };
      const button = [...document.querySelectorAll('button')].find((one) => one.textContent?.trim() === 'A new value');
      button?.click();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return begun;
    });
    expect(begun).toEqual(durations);
    await expect.poll(() => page.getByRole('row', { name: /temperature/ }).innerText()).toMatch(/21\.75\s*°C\s*now/);
  }
}, 60_000);

test('a chart takes live points, reads out under the crosshair, and gives the stretch dragged over', async () => {
  const page = await openGallery();
  await expect.poll(() => readout(page)).toMatch(/temperature\s*21\.5581 °C/);
  await page.getByRole('button', { name: 'A live point' }).click();
  await expect.poll(() => readout(page)).toMatch(/temperature\s*27 °C/);
  const box = await chart(page, 'Weather').locator('.u-over').boundingBox();
  if (!box) return expect.unreachable('the chart has no area');
  await page.mouse.move(box.x + box.width / 4, box.y + 20);
  await expect.poll(() => readout(page)).toMatch(/15 Jun 2026, \d\d:\d\d:\d\d$/);
  await expect.poll(() => chart(page, 'Lamp').innerText()).toMatch(/15 Jun 2026/);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 20, { steps: 3 });
  await page.mouse.up();
  await expect.poll(() => page.getByTestId('chosen').innerText()).toBe('150 minutes');
}, 60_000);

test('a chart is drawn in the colours of the theme, with a hole where values are missing', async () => {
  const page = await openGallery({ colorScheme: 'light' });
  await expect.poll(() => holesInLine(page, [18, 96, 127])).toBe(1);
  expect(await holesInLine(page, [116, 195, 223])).toBeUndefined();
  await page.getByRole('button', { name: 'Theme' }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect.poll(() => holesInLine(page, [116, 195, 223])).toBe(1);
}, 60_000);

/** How many times the first chart's line of this colour stops for 20 pixels or more; undefined without such a line. */
async function holesInLine(page: Page, colour: number[]): Promise<number | undefined> {
  return page.evaluate((wanted) => {
    const canvas = document.querySelector('canvas');
    const image = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
    if (!image) return undefined;
    const columns = new Array<string>(image.width).fill(' ');
    for (let index = 0; index < image.data.length; index += 4) {
      const [r, g, b, alpha = 0] = image.data.subarray(index, index + 4);
      const near = [r, g, b].every((part = 0, place) => Math.abs(part - (wanted[place] ?? 0)) < 6);
      // The band of least and greatest has the same colour, but is nearly transparent.
      if (near && alpha > 128) columns[(index / 4) % image.width] = '#';
    }
    const line = columns.join('').trim();
    return line === '' ? undefined : (line.match(/ {20,}/g) ?? []).length;
  }, colour);
}

test('a chart is there in words and as a table too', async () => {
  const page = await openGallery();
  await expect
    .poll(() => chart(page, 'Lamp').getByRole('img').getAttribute('aria-label'))
    .toMatch(/^Lamp\. lamp: from 0 to 1, last 0, between 15 Jun 2026/);
  await chart(page, 'Weather').getByRole('button', { name: 'Table' }).click();
  const table = chart(page, 'Weather').getByRole('table');
  expect(await table.getByRole('columnheader').allInnerTexts()).toEqual(['Time', 'temperature °C', 'humidity %']);
  expect(await table.getByRole('row').count()).toBe(501);
  expect(await chart(page, 'Weather').innerText()).toContain('The newest 500 of 539 rows.');
  await chart(page, 'Weather').getByRole('button', { name: 'Chart' }).click();
  await chart(page, 'Weather').locator('canvas').waitFor();
}, 60_000);

test('what is copied is on the clipboard, also over plain http where there is no clipboard API', async () => {
  for (const secure of [true, false]) {
    const page = await openGallery({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.evaluate((kept) => {
      if (kept) return;
      Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    }, secure);
    await page.getByRole('button', { name: 'Copy: Address' }).click();
    await page.getByText('Copied').waitFor();
    const target = page.getByRole('textbox', { name: 'Name' }).first();
    await target.fill('');
    await target.press('ControlOrMeta+v');
    expect(await target.inputValue()).toBe('ada:/home/Back yard/Greenhouse#temperature');
  }
}, 60_000);

test('a dialog takes the focus, keeps it, and gives it back', async () => {
  const page = await openGallery();
  const opener = page.getByRole('button', { name: 'Open a dialog' });
  await opener.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Delete the unit?' });
  await dialog.waitFor();
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press('Tab');
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await expect.poll(() => opener.evaluate((element) => element === document.activeElement)).toBe(true);
}, 60_000);

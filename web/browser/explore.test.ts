import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Sample } from '../../server/history/testing.ts';
import { tokenDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { measuredUnit } from './measured-unit.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

/** Milliseconds; two cores may be busy with other tests. */
const patience = 10_000;
const soon = <T>(read: () => T) => expect.poll(read, { timeout: patience });

async function open(...look: Parameters<TestBrowser['open']>): Promise<Page> {
  const page = await browser.open(...look);
  page.setDefaultTimeout(patience);
  return page;
}

const makeUnit = (name: string, visibility: 'private' | 'local' | 'public') =>
  measuredUnit(croft, ada, name, visibility);

const unitNames = (page: Page) => page.getByRole('article').getByRole('heading').allInnerTexts();
const unit = (page: Page, name: string) => page.getByRole('article', { name });

test('with nothing public it says what will be here', async () => {
  const page = await open('/explore');
  await page.getByText('Nothing is public here yet').waitFor();
  expect(await page.getByRole('status').filter({ hasText: 'units' }).innerText()).toBe('0 units');
  expect(await pageFaults(page)).toEqual([]);
}, 60_000);

describe('the public units', () => {
  let shed: Awaited<ReturnType<typeof makeUnit>>;
  beforeAll(async () => {
    shed = await makeUnit('Shed', 'public');
    await makeUnit('Barn', 'local');
    await makeUnit('Safe', 'private');
    const now = Date.now();
    const samples = Array.from({ length: 100 }, (_, n): Sample => [now - (n + 1) * 60_000, 20 + Math.sin(n / 9)]);
    await shed.store('temperature', samples);
  });

  test('are for anyone, with their outputs live, and lead to their pages', async () => {
    const page = await open('/explore');
    await soon(() => unitNames(page)).toEqual(['Shed']);
    const line = unit(page, 'Shed').getByRole('img', { name: /^Air temperature/ });
    await line.waitFor();
    expect(await line.getAttribute('aria-label')).toMatch(/: from 19\S* °C to 2\d\S* °C/);
    const path = await line.locator('path').getAttribute('d');
    expect(await unit(page, 'Shed').getByText('lamp').count()).toBe(0);

    const device = await tokenDevice(shed.env, { port: croft.mqttPort });
    await device.publish('output/temperature', 33.25);
    await device.publish('output/door', 'open');
    await soon(() => unit(page, 'Shed').innerText()).toMatch(/33\.25\s*°C\s*now[\s\S]*open\s*now/);
    await unit(page, 'Shed').getByText('Online').waitFor();
    await soon(() => line.locator('path').getAttribute('d')).not.toBe(path);
    await device.close();

    await unit(page, 'Shed').getByRole('link', { name: 'Air temperature' }).click();
    await page.getByRole('heading', { level: 1, name: 'Air temperature' }).waitFor();
    await page.getByRole('link', { name: 'Explore' }).first().click();
    await unit(page, 'Shed').getByRole('link', { name: 'Shed' }).click();
    await page.waitForURL(`**/units/${shed.id}`);
  }, 60_000);

  test('come with those for users of the instance, for one of them', async () => {
    await croft.user('grace').then(async (grace) => {
      const page = await open('/explore', { as: grace });
      await soon(() => unitNames(page)).toEqual(['Barn', 'Shed']);
    });
  }, 60_000);

  test('are searched while typing, by keyboard alone, in an address that can be sent', async () => {
    await makeUnit('Greenhouse', 'public');
    const page = await open('/explore');
    await soon(() => unitNames(page)).toEqual(['Greenhouse', 'Shed']);
    const field = page.getByRole('searchbox', { name: 'Search by name' });
    await field.focus();
    await page.keyboard.type('green');
    await soon(() => unitNames(page)).toEqual(['Greenhouse']);
    await soon(() => page.url()).toContain('/explore?search=green');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.type('xyz');
    await page.keyboard.press('Enter');
    await page.getByText('No unit matches').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await soon(() => unitNames(page)).toEqual(['Greenhouse', 'Shed']);
    expect(await field.inputValue()).toBe('');
    const sent = await open('/explore?search=SHED');
    await soon(() => unitNames(sent)).toEqual(['Shed']);
  }, 60_000);

  test('that are many come page by page', async () => {
    for (let n = 0; n < 24; n++) await makeUnit(`Row ${String(n).padStart(2, '0')}`, 'public');
    const page = await open('/explore?search=row');
    await soon(() => unitNames(page)).toHaveLength(20);
    await page.getByRole('button', { name: 'Show more (4 left)' }).click();
    await soon(() => unitNames(page)).toHaveLength(24);
    expect(new Set(await unitNames(page)).size).toBe(24);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  }, 60_000);
});

describe.each([
  ['light', 1440, 'en-GB'],
  ['dark', 360, 'ru-RU'],
] as const)('%s at %i px, %s', (theme, width, locale) => {
  test('the page is for everybody', async () => {
    const { id } = await ada.call('POST /api/units/virtual', { body: { simulation: 'weather-station' } });
    await ada.call('PATCH /api/units/:id', {
      params: { id },
      body: { name: `Weather ${theme} ${width}`, visibility: 'public' },
    });
    const page = await open('/explore?search=weather', { theme, width, locale });
    await page
      .getByRole('article', { name: `Weather ${theme} ${width}` })
      .getByText('hPa')
      .waitFor();
    await page
      .getByRole('img', { name: /^Air temperature/ })
      .first()
      .waitFor();
    await shoot(page, `explore-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
  }, 60_000);
});

import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { tokenDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { aDay, measuredUnit } from './measured-unit.ts';

const minute = 60_000;
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

const makeUnit = (name: string, visibility: 'private' | 'public') => measuredUnit(croft, ada, name, visibility);

const chart = (page: Page) => page.getByRole('figure', { name: 'Air temperature' });
const figures = (page: Page) => page.getByLabel('Figures of this time');
const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

describe('the page of a variable', () => {
  test('shows what anyone may see, live, and says nothing of settings', async () => {
    const unit = await makeUnit('Shed', 'public');
    await unit.store('temperature', aDay(Date.now()));
    const page = await open(`/variables/${unit.idOf('temperature')}`);
    await heading(page, 'Air temperature').waitFor();
    await chart(page).locator('canvas').waitFor();
    await soon(() => figures(page).innerText()).toMatch(/Least\s+10 °C[\s\S]*Mean\s+\S+ °C[\s\S]*Values\s+1,400/);
    expect(await page.getByRole('heading', { name: 'Settings' }).count()).toBe(0);

    const device = await tokenDevice(unit.env, { port: croft.mqttPort });
    await device.publish('output/temperature', 33.25);
    await soon(() => page.getByLabel('Now').innerText()).toMatch(/33\.25\s*°C\s*now/);
    await soon(() => chart(page).innerText()).toContain('33.25 °C');
    await device.close();
  }, 60_000);

  test('shows another time when asked, in an address that can be sent to somebody', async () => {
    const unit = await makeUnit('Barn', 'public');
    const now = Date.now();
    await unit.store('temperature', [...aDay(now), [now - 3 * 24 * 60 * minute, 41.5]]);
    const page = await open(`/variables/${unit.idOf('temperature')}`);
    await soon(() => figures(page).innerText()).toMatch(/Greatest\s+20 °C/);
    await page.getByRole('link', { name: '7 days' }).click();
    await soon(() => figures(page).innerText()).toMatch(/Greatest\s+41\.5 °C/);
    await page.getByLabel('Show', { exact: true }).selectOption({ label: 'Number of values' });
    await page.getByLabel('For each').selectOption({ label: '1 day' });
    await soon(() => page.url()).toContain('?period=7d&aggregate=count&every=1d');
    const link = page.url();
    await chart(page).getByRole('button', { name: 'Table' }).click();
    await soon(() => chart(page).getByRole('row').last().innerText()).toMatch(/\s1$/);

    await page.goto(link.replace('count', 'max'));
    await soon(() => page.getByLabel('Show', { exact: true }).inputValue()).toBe('max');
    expect(await page.getByLabel('For each').inputValue()).toBe('1d');
    await page.goBack();
    await soon(() => page.getByLabel('Show', { exact: true }).inputValue()).toBe('count');
  }, 60_000);

  test('shows fixed times, typed by keyboard or dragged over', async () => {
    const unit = await makeUnit('Mill', 'public');
    await unit.store('temperature', [
      [Date.UTC(2026, 8, 1, 12), 17],
      [Date.UTC(2026, 8, 1, 15), 18],
      [Date.UTC(2026, 8, 1, 18), 19],
    ]);
    const page = await open(`/variables/${unit.idOf('temperature')}`);
    const other = page.getByRole('button', { name: 'Other times' });
    await other.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Other times' });
    await dialog.getByLabel('From').fill('2026-09-02T00:00:00');
    await dialog.getByLabel('To').fill('2026-09-01T00:00:00');
    await page.keyboard.press('Enter');
    await dialog.getByText('The end must be after the beginning.').waitFor();
    await dialog.getByLabel('From').fill('2026-08-30T00:00:00');
    await dialog.getByLabel('To').fill('2026-09-04T00:00:00');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await soon(() => figures(page).innerText()).toMatch(/Least\s+17 °C[\s\S]*Values\s+3/);
    expect(await other.getAttribute('aria-pressed')).toBe('true');

    const box = await chart(page).locator('.u-over').boundingBox();
    if (!box) return expect.unreachable('the chart has no area');
    // The first of September is from 0.4 to 0.6 of these five days; its evening alone is behind 0.54.
    await page.mouse.move(box.x + box.width * 0.545, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 20, { steps: 3 });
    await page.mouse.up();
    await soon(() => figures(page).innerText()).toMatch(/Values\s+1$/);
    await page.goBack();
    await soon(() => figures(page).innerText()).toMatch(/Values\s+3$/);
  }, 60_000);

  test('offers what it shows for download', async () => {
    const unit = await makeUnit('Pump', 'public');
    await unit.store('temperature', [
      [Date.UTC(2026, 8, 1, 12), 17.5],
      [Date.UTC(2026, 8, 2, 12), 18],
    ]);
    const query = 'from=2026-09-01T00:00:00Z&to=2026-09-02T00:00:00Z&aggregate=raw';
    const page = await open(`/variables/${unit.idOf('temperature')}?${query}`);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    const file = await (await download).createReadStream();
    expect(await text(file)).toBe('time,value\r\n2026-09-01T12:00:00.000Z,17.5\r\n');
    const address = await page.getByRole('link', { name: 'Download NDJSON' }).getAttribute('href');
    expect(await (await fetch(croft.url + address)).text()).toBe(`[${Date.UTC(2026, 8, 1, 12)},17.5]\n`);
  }, 60_000);

  test('shows texts as a table, with their count as a chart', async () => {
    const unit = await makeUnit('Gate', 'public');
    const now = Date.now();
    await unit.store('door', [
      [now - 3 * 60 * minute, 'open'],
      [now - 2 * 60 * minute, 'closed'],
    ]);
    const page = await open(`/variables/${unit.idOf('door')}?period=6h`);
    const table = page.getByRole('table', { name: 'door' });
    await soon(async () => (await table.getByRole('row').allInnerTexts()).slice(1)).toHaveLength(2);
    expect(await table.getByRole('row').nth(1).innerText()).toContain('closed');
    const options = await page.getByLabel('Show', { exact: true }).getByRole('option').allInnerTexts();
    expect(options).toEqual(['Every value', 'Last value', 'Number of values']);
    await page.getByLabel('Show', { exact: true }).selectOption({ label: 'Number of values' });
    await page.getByRole('figure', { name: 'door' }).locator('canvas').waitFor();
  }, 60_000);

  test('is nothing to those who may not see it, and asks them to sign in', async () => {
    const unit = await makeUnit('Safe', 'private');
    const seen: string[] = [];
    for (const id of [unit.idOf('temperature'), '019f0000-0000-7000-8000-000000000000', 'no-uuid']) {
      const page = await open(`/variables/${id}`);
      await heading(page, 'Nothing here').waitFor();
      seen.push(await page.getByRole('main').innerText());
    }
    expect(new Set(seen).size).toBe(1);
    const page = await open(`/variables/${unit.idOf('temperature')}`);
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await page.waitForURL(`**/signin?next=*${unit.idOf('temperature')}`);
    const owner = await open(`/variables/${unit.idOf('temperature')}`, { as: ada });
    await heading(owner, 'Air temperature').waitFor();
  }, 60_000);
});

describe('the owner', () => {
  test('decides who reads a variable and what is kept of it', async () => {
    const unit = await makeUnit('Loft', 'public');
    const id = unit.idOf('temperature');
    const page = await open(`/variables/${id}`, { as: ada });
    await page.getByText('<iframe').waitFor();
    await page.getByLabel('Who may read it').selectOption({ label: 'Users of this instance' });
    const chosen = page.getByRole('table', { name: 'Who reads a variable' }).getByRole('row', { name: /^Users of/ });
    await soon(() => chosen.innerText()).toMatch(/reads\s+no\s+no$/);
    await page.getByLabel('What is kept in the history').selectOption({ label: 'Changes larger than a limit' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Say how large, as in 0.5.').waitFor();
    await page.getByLabel('Least change').fill('0,5');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved').waitFor();
    const { visibility, writePolicy, deadband } = await ada.call('GET /api/variables/:id', { params: { id } });
    expect({ visibility, writePolicy, deadband }).toEqual({
      visibility: 'local',
      writePolicy: 'deadband',
      deadband: 0.5,
    });
    await page.getByText('Others cannot see this value').waitFor();
  }, 60_000);

  test('is told when the unit narrows what the variable says', async () => {
    const unit = await makeUnit('Cellar', 'private');
    const page = await open(`/variables/${unit.idOf('temperature')}`, { as: ada });
    await page.getByText('The unit itself is set to “Only me”').waitFor();
    await page.getByLabel('Who may read it').selectOption({ label: 'Only me' });
    await page.getByText('The unit itself is set to “Only me”').waitFor({ state: 'hidden' });
  }, 60_000);

  test('sets an input here too, and sees that the unit took it', async () => {
    const unit = await makeUnit('Lamp', 'private');
    const device = await tokenDevice(unit.env, { port: croft.mqttPort });
    await device.subscribe('input/+');
    const page = await open(`/variables/${unit.idOf('lamp')}`, { as: ada });
    await page.getByRole('switch', { name: 'lamp' }).click();
    await soon(() => page.getByLabel('Now').innerText()).toMatch(/^true/);
    await soon(() => device.heardOn('input/lamp')).toEqual([true]);
    expect(await page.getByLabel('Who may read it').count()).toBe(0);
    await device.close();
  }, 60_000);
});

describe.each([
  ['light', 1440, 'en-GB'],
  ['dark', 360, 'ru-RU'],
] as const)('%s at %i px, %s', (theme, width, locale) => {
  test('the page is for everybody', async () => {
    const unit = await makeUnit(`Weather station ${theme} ${width}`, 'public');
    await unit.store('temperature', aDay(Date.now()));
    const page = await open(`/variables/${unit.idOf('temperature')}`, { as: ada, theme, width, locale });
    await page.locator('canvas').waitFor();
    await page.locator('dl').waitFor();
    const device = await tokenDevice(unit.env, { port: croft.mqttPort });
    await device.publish('output/temperature', 14.75);
    await page
      .getByText(/14[.,]75/)
      .first()
      .waitFor();
    await device.close();
    await shoot(page, `variable-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    const lamp = await open(`/variables/${unit.idOf('lamp')}`, { as: ada, theme, width, locale });
    await lamp.getByRole('switch').waitFor();
    expect(await pageFaults(lamp)).toEqual([]);
    await shoot(lamp, `variable-input-${theme}`);
  }, 60_000);
});

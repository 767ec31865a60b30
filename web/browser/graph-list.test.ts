import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../../server/testing/client.ts';
import type { Unit } from '../../server/testing/units.ts';
import { shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { card, edges, make, rows, sends, variable, weatherAndHeater } from './weather-and-heater.ts';

const { croft, browser } = await openCroft();
const { ada, weather, heater, device, link, links } = await weatherAndHeater(croft);

describe('in the list', () => {
  let page: Page;
  let stranger: TestClient;
  let shared: Unit;
  beforeAll(async () => {
    stranger = await croft.user('bob');
    shared = await make(stranger, 'Barometer', sends);
    await stranger.call('PATCH /api/units/:id', { params: { id: shared.id }, body: { visibility: 'public' } });
    page = await browser.open('/graph?view=list', { as: ada });
    await page.getByText('No links yet').waitFor();
  });

  test('a unit of somebody else is put there by its address, and taken off again', async () => {
    await page.getByRole('button', { name: 'Add a unit' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Put a unit of somebody else here' });
    await dialog.getByLabel('Address or UUID').pressSequentially('bob:/Nothing');
    await page.keyboard.press('Enter');
    await soon(async () => expect(await dialog.locator('[id$="-error"]').innerText()).not.toBe(''));
    await dialog.getByLabel('Address or UUID').fill('bob:/Barometer');
    await page.keyboard.press('Enter');
    const added = page.getByRole('region', { name: 'Units added here' });
    await added.getByRole('link', { name: 'Barometer' }).waitFor();
    await added.getByRole('button', { name: 'Take Barometer off this graph' }).press('Enter');
    await soon(async () => expect(await added.count()).toBe(0));
    await ada.call('POST /api/graph/units', { body: { sector: null, unit: shared.id } });
    await page.reload();
    await added.waitFor();
  });

  test('everything about a link is done by the keyboard alone', async () => {
    await page.getByRole('button', { name: 'Make a link' }).last().press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Make a link' });
    const choose = async (label: string, typed: string) => {
      await dialog.getByRole('combobox', { name: label }).focus();
      await page.keyboard.type(typed);
      await page.getByRole('listbox', { name: label }).getByRole('option').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('listbox').waitFor({ state: 'hidden' });
    };
    await choose('From the output', 'weather air');
    await choose('To the input', 'target');
    await shoot(page, 'graph-new-link');
    await dialog.getByRole('button', { name: 'Make a link' }).press('Enter');
    await soon(async () => expect(await rows(page).count()).toBe(1));
    expect(await links()).toHaveLength(1);

    const panel = page.getByRole('dialog', { name: 'Link' });
    await panel.getByLabel('Only on change').focus();
    await page.keyboard.press('Space');
    await panel.getByRole('button', { name: 'Save' }).press('Enter');
    await panel.getByText('Saved').waitFor();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });

    await device.publish('output/temperature', 12.5);
    await rows(page).getByText('12.5').waitFor();
    await rows(page).getByRole('switch').focus();
    await page.keyboard.press('Space');
    await rows(page).getByText('Off', { exact: true }).waitFor();
    const [stored] = await ada.call('GET /api/links');
    expect([stored?.enabled, stored?.onlyOnChange]).toEqual([false, true]);

    await rows(page)
      .getByRole('button', { name: /^Delete/ })
      .press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete the link' }).press('Enter');
    await page.getByText('No links yet').waitFor();
    expect(await links()).toEqual([]);
  });
});

describe('a link that lost a right', () => {
  test('says so at once, and of the end that is hidden only whose it is', async () => {
    const page = await browser.open('/graph?view=list', { as: ada });
    await page.getByText('No links yet').waitFor();
    const carl = await croft.user('carl');
    const shared = await make(carl, 'Rain gauge', sends);
    const setVisibility = (visibility: 'public' | 'private') =>
      carl.call('PATCH /api/units/:id', { params: { id: shared.id }, body: { visibility } });
    await setVisibility('public');
    await link(variable(shared, 'temperature'), variable(heater, 'target'));
    await rows(page).getByRole('link', { name: 'carl: Rain gauge · Air temperature' }).waitFor();
    await setVisibility('private');
    await rows(page).getByText('Denied').waitFor();
    await rows(page).getByText('Something of carl that you may not see').waitFor();
    await rows(page)
      .getByRole('button', { name: /^Settings/ })
      .click();
    await page.getByRole('dialog').getByRole('alert').getByText('may no longer read the output').waitFor();
    await page.goto('/graph?view=canvas');
    await page.getByText('1 link has an end that you may not see').waitFor();
    for (const id of await links()) await ada.call('DELETE /api/links/:id', { params: { id } });
    await page.context().close();
  });
});

describe('for others', () => {
  test('the graph shows what is public alone, live, and nothing to change it with', async () => {
    const id = weather.id;
    await ada.call('PATCH /api/units/:id', { params: { id }, body: { visibility: 'public' } });
    await link(variable(weather, 'temperature'), variable(heater, 'target'));
    const page = await browser.open('/explore');
    await page.getByRole('article', { name: 'Weather' }).getByRole('link', { name: 'See the graph' }).click();
    await card(page, 'Weather').waitFor();
    await device.publish('output/temperature', 7.25);
    await card(page, 'Weather').getByText('7.25').waitFor();
    expect(await card(page, 'Heater').count()).toBe(0);
    expect(await edges(page).count()).toBe(0);
    const names = await page.getByRole('button').allInnerTexts();
    expect(names.join()).not.toMatch(/Make|Add|Arrange/);
    expect(await page.locator('.svelte-flow__handle.connectable').count()).toBe(0);
    await page.goto('/graph/nobody');
    await page.getByText('Nothing to see here').waitFor();
    await page.context().close();
  });

  test('my own graph wants me to sign in', async () => {
    const page = await browser.open('/graph');
    await page.waitForURL(/\/signin\?next=%2Fgraph/);
    await page.context().close();
  });
});

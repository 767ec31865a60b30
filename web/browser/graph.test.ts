import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { card, edges, variable, weatherAndHeater } from './weather-and-heater.ts';

const { croft, browser } = await openCroft();
const { ada, weather, heater, device, link, links } = await weatherAndHeater(croft);

async function drag(page: Page, from: string, to: string) {
  const centre = async (name: string) => {
    const box = await page.getByRole('button', { name, exact: true }).boundingBox();
    return [(box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2] as const;
  };
  const [start, end] = [await centre(from), await centre(to)];
  await page.mouse.move(...start);
  await page.mouse.down();
  await page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, { steps: 5 });
  await page.mouse.move(...end, { steps: 5 });
  await page.mouse.up();
}

describe('on the canvas', () => {
  let page: Page;
  beforeAll(async () => {
    page = await browser.open('/graph', { as: ada });
    await page.getByText('No links yet.').waitFor();
  });

  test('a link is drawn with the mouse, and a value goes along it to the port at once', async () => {
    await drag(page, 'Output Air temperature', 'Input Target');
    await soon(async () => expect(await edges(page).count()).toBe(1));
    await device.publish('output/temperature', 21.5);
    await card(page, 'Heater').getByText('21.5').waitFor();
    await page.locator('.svelte-flow__edge-label').getByText('21.5 · 1/min').waitFor();
  });

  test('what does not fit is not linked: the answer says what would, and it is chosen there', async () => {
    await drag(page, 'Output Rain', 'Input Sign');
    const dialog = page.getByRole('dialog', { name: 'Make a link' });
    await dialog.getByRole('alert').getByText('`rain` gives true or false').waitFor();
    await dialog.getByLabel('What becomes of a value on its way').selectOption('text');
    await dialog.getByLabel('Text', { exact: true }).fill('Rain: {value}');
    await dialog.getByRole('button', { name: 'Make a link' }).click();
    await soon(async () => expect(await edges(page).count()).toBe(2));
    await device.publish('output/rain', true);
    await card(page, 'Heater').getByText('Rain: true').waitFor();
  });

  test('a link shows its settings, counters and events, and changes', async () => {
    for (let n = 0; n < 21; n++) await device.publish('output/temperature', 22 + n / 10);
    await page.locator('.svelte-flow__edge-label').getByText('24 · 22/min').click();
    const panel = page.getByRole('complementary', { name: 'Link' });
    await soon(async () =>
      expect(await panel.getByRole('region', { name: 'Last events' }).getByRole('listitem').count()).toBe(20),
    );
    await shoot(page, 'graph-link');
    await panel.getByLabel('What becomes of a value on its way').selectOption('scale');
    await panel.getByLabel('Times').fill('10');
    await panel.getByRole('button', { name: 'Save' }).click();
    await panel.getByText('Saved').waitFor();
    await device.publish('output/temperature', 3);
    await card(page, 'Heater').getByText('30', { exact: true }).waitFor();
    await panel.getByRole('listitem').first().getByText('30').waitFor();
    await device.publish('output/temperature', 30);
    await panel.getByText('1 value did not fit').waitFor();
    expect(await edges(page).first().locator('path.link-failed').count()).toBe(1);
    const again = await browser.open('/graph', { as: ada });
    await again.locator('path.link-failed').first().waitFor({ state: 'attached' });
  });

  test('a unit is found by its name, and its own page shows its links', async () => {
    await page.getByRole('combobox', { name: 'Find a unit or a sector' }).fill('heat');
    await page.keyboard.press('Enter');
    await page.locator('.svelte-flow__node.selected').getByText('Heater').waitFor();
    const unit = await browser.open(`/units/${heater.id}#links`, { as: ada });
    const line = unit.getByRole('link', { name: 'Weather · temperature → Heater · target' });
    await line.waitFor();
    await device.publish('output/temperature', 2.5);
    await unit.getByText(/^25 · /).waitFor();
    await line.click();
    await unit.getByRole('complementary', { name: 'Link' }).getByText('Air temperature').waitFor();
    await unit.context().close();
  });

  test('a unit that is moved stays there', async () => {
    const box = await card(page, 'Heater').boundingBox();
    const [x, y] = [(box?.x ?? 0) + 200, (box?.y ?? 0) + 40];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 30, y + 120, { steps: 4 });
    await page.mouse.up();
    // With the first move the others are kept too, so that nothing jumps when a unit comes.
    const positions = async () => (await ada.call('GET /api/graph')).units.map(({ position }) => position);
    await soon(async () => expect(await positions()).not.toContain(null));
    const place = (on: Page) => card(on, 'Heater').evaluate((element) => element.style.transform);
    const again = await browser.open('/graph', { as: ada });
    await card(again, 'Heater').waitFor();
    expect(await place(again)).toBe(await place(page));
    await again.context().close();
  });

  test('everything is arranged as values flow, and back again', async () => {
    const x = async (name: string) => (await card(page, name).boundingBox())?.x ?? 0;
    expect(await x('Weather')).toBeGreaterThan(await x('Heater'));
    await page.getByRole('button', { name: 'Arrange' }).click();
    await soon(async () => expect(await x('Weather')).toBeLessThan(await x('Heater')));
    await page.getByRole('button', { name: 'Undo' }).click();
    await soon(async () => expect(await x('Weather')).toBeGreaterThan(await x('Heater')));
  });

  test('a link is deleted by the keyboard', async () => {
    await edges(page).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Link' }).waitFor();
    await page.keyboard.press('Delete');
    const dialog = page.getByRole('dialog', { name: 'Delete 1 link?' });
    await dialog.getByRole('button', { name: 'Delete the link' }).press('Enter');
    await soon(async () => expect(await edges(page).count()).toBe(1));
    expect(await links()).toHaveLength(1);
  });
});

describe.each([
  { theme: 'light', width: 1440, locale: 'en-GB' },
  { theme: 'dark', width: 360, locale: 'ru-RU' },
] as const)('$theme at $width px', (look) => {
  test('the graph and the list are for everybody', async () => {
    const { id } = await link(variable(weather, 'temperature'), variable(heater, 'target'));
    const page = await browser.open('/graph?view=canvas', { as: ada, ...look });
    await edges(page).first().waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `graph-${look.theme}`);
    await edges(page).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('switch').first().waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `graph-panel-${look.theme}`);
    await page.goto('/graph?view=list');
    await page
      .getByRole('listitem')
      .filter({ has: page.getByRole('switch') })
      .first()
      .waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `graph-list-${look.theme}`);
    await page.context().close();
    await ada.call('DELETE /api/links/:id', { params: { id } });
  });
});

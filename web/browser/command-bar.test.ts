import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { sealedDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, soon, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { lineOf, options, pressShortcut, receipt, typed } from './command-bar-page.ts';

const address = '/home/Back yard/Wood Shed/Alarm';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');
const { id: sector } = await ada.call('POST /api/sectors', { body: { path: '/home/Back yard/Wood Shed' } });
const schema = {
  input_variables: { lamp: { type: 'boolean' }, 'warm white': { type: 'number', maximum: 100 } },
  output_variables: { smoke: { type: 'boolean', title: 'Smoke in the shed' } },
};
const { id } = await ada.call('POST /api/units', { body: { name: 'Alarm', sector, schema } });
const alarm = { id, env: await ada.call('GET /api/units/:id/env', { params: { id } }) };
const weather = await ada.call('POST /api/units/virtual', { body: { simulation: 'weather-station', sector } });
await ada.call('PATCH /api/units/:id', { params: { id: weather.id }, body: { visibility: 'public' } });

const mine = () => ada.call('GET /api/commands', { query: {} });

async function openBar(look: Parameters<TestBrowser['open']>[1] = { as: ada }, path = '/account'): Promise<Page> {
  const page = await browser.open(path, look);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await pressShortcut(page);
  return page;
}

describe('a line', () => {
  test('is completed by keyboard, reaches the device, and its receipt moves until it is done', async () => {
    const page = await openBar();
    const line = lineOf(page);
    await page.keyboard.type('tx /ho');
    await page.keyboard.press('Tab');
    await typed(line, 'tx /home/');
    await page.keyboard.press('Tab');
    await typed(line, 'tx /home/Back yard/');
    await page.keyboard.type('W');
    await soon(async () => expect(await options(page).allInnerTexts()).toEqual([expect.stringMatching(/Wood Shed\//)]));
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await typed(line, 'tx /home/Back yard/Wood Shed/');
    await page.keyboard.type('A');
    await page.keyboard.press('Tab');
    await typed(line, `tx ${address} `);
    await page.keyboard.type('s');
    await page.keyboard.press('Tab');
    await page.keyboard.type('l');
    await page.keyboard.press('Tab');
    await typed(line, `tx ${address} set lamp `);
    await options(page).filter({ hasText: 'true' }).click();
    await typed(line, `tx ${address} set lamp true`);
    expect(await mine()).toEqual([]);

    await page.keyboard.press('Enter');
    await receipt(page).getByText('Queued').waitFor();
    await receipt(page).getByText(`tx ${address} set lamp true`).waitFor();
    expect(await line.inputValue()).toBe('');
    const device = await sealedDevice(alarm.env, { port: croft.mqttPort });
    await device.subscribe('input/+', 'command');
    await receipt(page).getByText('Done').waitFor();
    expect(device.heardOn('input/lamp')).toEqual([true]);

    await page.keyboard.type(`${address} reboot`);
    await page.keyboard.press('Enter');
    await receipt(page).getByText('Sent', { exact: true }).waitFor();
    const [{ id }] = device.heardOn('command') as [{ id: string }];
    await device.publish('receipt', { id, status: 'received' });
    await receipt(page).getByText('Received').waitFor();
    await device.publish('receipt', { id, status: 'failed', detail: 'no power' });
    await receipt(page).getByText('no power').waitFor();
    await receipt(page).getByText('Failed').waitFor();
    await device.close();
    await page.keyboard.press('Escape');
    await line.waitFor({ state: 'hidden' });
  });

  test('that is not understood is marked at the very character, and its caret is there', async () => {
    const page = await openBar();
    const line = `tx ${address} warm white 400`;
    await page.keyboard.type(line);
    await page.keyboard.press('Enter');
    await page.getByText('warm white: 400 is above the maximum 100.').waitFor();
    expect(await page.locator('mark').innerText()).toBe('4');
    const place = await lineOf(page).evaluate((input: HTMLInputElement) => input.selectionStart);
    expect(place).toBe(line.indexOf('400'));
    expect(await lineOf(page).getAttribute('aria-invalid')).toBe('true');
    // The same in a dry run, although another line is sent.
    await page.keyboard.press('Control+Enter');
    await page.getByRole('button', { name: 'Run' }).and(page.locator('[aria-busy=false]')).waitFor();
    expect(await page.locator('mark').innerText()).toBe('4');
    await page.keyboard.type('4');
    expect(await lineOf(page).inputValue()).toBe(`tx ${address} warm white 4`);
    expect(await page.locator('mark').count()).toBe(0);
    // What is chosen takes the place of what was wrong.
    await lineOf(page).fill(`${address} lamp maybe`);
    await page.keyboard.press('Enter');
    await page.locator('mark').waitFor();
    await page.keyboard.press('Tab');
    await typed(lineOf(page), `${address} lamp true`);
    await lineOf(page).fill(`${address} warm white`);
    await page.keyboard.press('Enter');
    await page.getByText('Give warm white a value: a number to 100.').waitFor();
    expect(await page.locator('mark').innerText()).toBe('');
  });

  test('in a dry run says what would be done, and nothing is', async () => {
    const before = await mine();
    const page = await openBar();
    await page.keyboard.type(`${address} lamp off`);
    await page.keyboard.press('Control+Enter');
    await receipt(page).getByText('lamp would be set to false.').waitFor();
    await receipt(page).getByText('Dry run').waitFor();
    await page.getByRole('switch', { name: 'Dry run' }).check();
    await lineOf(page).fill(`tx ${address} reboot`);
    await page.getByRole('button', { name: 'Run' }).click();
    await receipt(page).getByText('reboot would be sent.').waitFor();
    expect(await mine()).toEqual(before);
  });

  test('comes back with the up arrow, also what was sent from elsewhere', async () => {
    const sent = [`tx ${address} warm white 1`, `${address} warm white 2`];
    for (const one of sent) await ada.call('POST /api/tx', { body: { line: one } });
    const page = await openBar();
    await page.keyboard.press('ArrowUp');
    await typed(lineOf(page), sent[1] ?? '');
    await page.keyboard.press('ArrowUp');
    await typed(lineOf(page), sent[0] ?? '');
    await page.keyboard.press('ArrowDown');
    await typed(lineOf(page), sent[1] ?? '');
    await page.keyboard.press('ArrowDown');
    await typed(lineOf(page), '');
    await page.reload();
    await page.getByRole('button', { name: 'Go to, or command' }).click();
    await options(page).filter({ hasText: sent[0] }).click();
    await typed(lineOf(page), sent[0] ?? '');
  });

  test('to a granted input of somebody else is followed too', async () => {
    const eve = await croft.user('eve');
    const { variables } = await ada.call('GET /api/units/:id', { params: { id: alarm.id } });
    const variable = variables.find(({ name }) => name === 'lamp')?.id ?? '';
    await ada.call('POST /api/grants', { body: { variable, access: 'write', user: 'eve' } });
    const page = await openBar({ as: eve });
    await page.keyboard.type(`tx ada:${address} lamp true`);
    await page.keyboard.press('Enter');
    await receipt(page).getByText('Queued').waitFor();
    const [given] = await eve.call('GET /api/commands', { query: {} });
    await ada.call('DELETE /api/commands/:id', { params: { id: given?.id ?? '' } });
    await receipt(page).getByText('Cancelled').waitFor();
  });
});

describe('going somewhere', () => {
  test('finds units, sectors, variables and pages by their names', async () => {
    const page = await openBar();
    await page.keyboard.type('alarm');
    await options(page).first().filter({ hasText: 'Alarm' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/units/${alarm.id}`);
    await pressShortcut(page);
    await page.keyboard.type('smoke');
    await page.getByRole('group', { name: 'Variables' }).getByRole('option', { name: 'Smoke in the shed' }).click();
    await page.waitForURL('**/variables/*');
    await pressShortcut(page);
    await page.keyboard.type('wood shed');
    await page.getByRole('group', { name: 'Sectors' }).getByRole('option').click();
    await page.waitForURL('**/sectors/home/Back%20yard/Wood%20Shed');
    await pressShortcut(page);
    await page.keyboard.type('make a unit');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/units/new');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('is for anybody, with what they may see, and without commands', async () => {
    const page = await openBar({}, '/explore');
    await page.keyboard.type('alarm');
    await page.getByText('Nothing that everybody may see is called like this.').waitFor();
    await page.getByRole('combobox').fill('weath');
    await page
      .getByRole('group', { name: 'Units of others' })
      .getByRole('option', { name: /ada:\/home/ })
      .waitFor();
    await page.getByRole('combobox').fill(`tx ${address} lamp true`);
    await page.getByText('Nothing that everybody may see is called like this.').waitFor();
    expect(await page.getByRole('switch').count()).toBe(0);
    await page.getByRole('combobox').fill('weath');
    await options(page).first().click();
    await page.waitForURL('**/units/*');
  });
});

describe.each([
  ['light', 1440, 'en-GB'],
  ['dark', 360, 'ru-RU'],
] as const)('%s at %i px, %s', (theme, width, locale) => {
  test('the bar and the list are for everybody', async () => {
    await ada.call('POST /api/tx', { body: { line: `tx ${address} lamp false` } });
    const page = await browser.open('/commands', { as: ada, theme, width, locale, height: 740 });
    await page.getByRole('listitem').getByText(address).first().waitFor();
    await shoot(page, `commands-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    await page.locator('[aria-keyshortcuts="Control+K"]').click();
    const line = page.getByRole('combobox');
    await options(page).filter({ hasText: address }).first().waitFor();
    await shoot(page, `command-bar-${theme}`);
    for (const [name, text] of [
      ['found', 'shed'],
      ['fault', `tx ${address} lamp maybe`],
    ] as const) {
      await line.fill(text);
      if (name === 'fault') await line.press('Enter').then(() => page.locator('mark').waitFor());
      await soon(async () => expect(await options(page).count()).toBeGreaterThan(1));
      await shoot(page, `command-bar-${name}-${theme}`);
      expect(await pageFaults(page), name).toEqual([]);
    }
    await line.fill(`tx ${address} lamp true`);
    await line.press('Enter');
    await page.getByRole('dialog').getByRole('listitem').first().waitFor();
    await shoot(page, `command-bar-receipt-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    await page.context().close();
    const visitor = await browser.open('/explore', { theme, width, locale, height: 740 });
    await visitor.locator('[aria-keyshortcuts="Control+K"]').click();
    await options(visitor).first().waitFor();
    await shoot(visitor, `command-bar-visitor-${theme}`);
    expect(await pageFaults(visitor)).toEqual([]);
  });
});

import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { sealedDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, soon, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';
import { receipt } from './command-bar-page.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

const schema = { output_variables: { temperature: { type: 'number', title: 'Air temperature' } } };
let count = 0;

async function makeUnit() {
  const body = { name: `Board ${++count}`, schema, example: { PUBLISH_SECONDS: 10 } };
  const unit = await ada.call('POST /api/units', { body });
  const env = await ada.call('GET /api/units/:id/env', { params: { id: unit.id } });
  return { unit, env };
}

/** A board that has sent a value and listens to commands. */
async function listeningBoard() {
  const { unit, env } = await makeUnit();
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await device.publish('output/temperature', 21.5);
  await device.subscribe('command');
  const heard = () => device.heardOn('command') as { id: string; command: string; args: unknown[] }[];
  const answer = async (status: string, detail = '') =>
    device.publish('receipt', { id: heard().at(-1)?.id, status, detail });
  return { unit, env, device, heard, answer };
}

const openTab = async (id: string, tab: string, look: Parameters<TestBrowser['open']>[1] = {}) =>
  browser.open(`/units/${id}#${tab}`, { as: ada, ...look });
const receipts = (page: Page) => page.getByRole('list', { name: 'Sent commands' }).getByRole('listitem');

describe('a command', () => {
  test('shows how far it got, as the board tells it', async () => {
    const { unit, device, heard, answer } = await listeningBoard();
    const page = await openTab(unit.id, 'commands');
    await page.getByText('No command yet.').waitFor();
    await page.getByRole('button', { name: 'Restart' }).click();
    const [row] = [receipts(page).first()];
    await row.getByText('reboot').waitFor();
    await soon(() => expect(heard()).toMatchObject([{ command: 'reboot', args: [] }]));
    await row.getByText('Sent', { exact: true }).waitFor();
    await answer('received');
    await row.getByText('Received').waitFor();
    await answer('done', 'restarted');
    await row.getByText('Done').waitFor();
    await row.getByText('restarted').waitFor();
    expect(await row.getByRole('button').count()).toBe(0);

    await page.getByLabel('Own command').fill('pulse');
    await page.getByLabel('Arguments').fill('5 "back yard"');
    await page.getByText('Sent as [5,"back yard"]').waitFor();
    await page.getByLabel('Arguments').press('Enter');
    await soon(() => expect(heard().at(-1)).toMatchObject({ command: 'pulse', args: [5, 'back yard'] }));
    await answer('failed', 'no such relay');
    await receipts(page).first().getByText('Failed').waitFor();
    await receipts(page).first().getByText('no such relay').waitFor();
    expect(await page.getByLabel('Own command').inputValue()).toBe('');
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'unit-commands');
    await device.close();
  });

  test('with arguments that cannot be read says so, and a name that is none is refused at its field', async () => {
    const { unit } = await makeUnit();
    const page = await openTab(unit.id, 'commands');
    await page.getByLabel('Own command').fill('open gate');
    await page.getByLabel('Arguments').fill('[1');
    await page.getByText('a quote or bracket is left open').waitFor();
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true);
    await page.getByLabel('Arguments').fill('[1]');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('Use letters, digits, - and _ only.').waitFor();
    expect(await ada.call('GET /api/units/:id/commands', { params: { id: unit.id } })).toEqual([]);
  });

  test('waits for a unit that is offline, is cancelled, or comes when the unit does', async () => {
    const { unit, device, env } = await listeningBoard();
    await device.close();
    const page = await openTab(unit.id, 'commands');
    await page.getByText(/it gets a command when it comes back, until/).waitFor();
    await page.getByRole('button', { name: 'Send the log' }).click();
    await receipts(page).first().getByText('Queued').waitFor();
    await page.getByRole('button', { name: 'Cancel: log' }).click();
    await receipts(page).first().getByText('Cancelled').waitFor();

    await page.getByLabel('Waits for the unit').selectOption({ label: '7 days' });
    await page.getByRole('button', { name: 'Refresh env.json' }).click();
    await receipts(page).first().getByText('Queued').waitFor();
    const [stored] = await ada.call('GET /api/units/:id/commands', { params: { id: unit.id } });
    const days = (Date.parse(stored?.expiresAt ?? '') - Date.parse(stored?.createdAt ?? '')) / 86_400_000;
    expect(Math.round(days)).toBe(7);
    const again = await sealedDevice(env, { port: croft.mqttPort, n: 2 });
    await again.subscribe('command');
    await receipts(page).first().getByText('Sent', { exact: true }).waitFor();
    expect(again.heardOn('command')).toMatchObject([{ command: 'env' }]);
    await again.close();
  });
});

test('settings that were changed are sent to the board from where they were saved', async () => {
  const { unit, device, heard, answer } = await listeningBoard();
  const page = await openTab(unit.id, 'env');
  await page.getByLabel('PUBLISH_SECONDS').fill('30');
  await page.getByRole('button', { name: 'Save' }).click();
  const sending = page.getByRole('button', { name: 'Send to the board' });
  await soon(async () => expect(await sending.count()).toBe(2));
  await sending.last().click();
  await soon(() => expect(heard()).toMatchObject([{ command: 'env' }]));
  await answer('done', '');
  await page.getByText('Done', { exact: true }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await device.close();
});

describe('the log', () => {
  test('is searched, by level and live, and goes back as far as it is kept', async () => {
    const { unit, device } = await listeningBoard();
    for (let n = 0; n < 120; n++) await device.publish('log', { level: 'info', text: `round ${n}` });
    await device.publish('log', { level: 'error', text: 'Pump is stuck' });
    const page = await openTab(unit.id, 'log');
    const lines = page.getByRole('list', { name: 'Log' }).getByRole('listitem');
    await soon(async () => expect(await lines.count()).toBe(100));
    expect(await lines.first().innerText()).toContain('Pump is stuck');
    await page.getByRole('button', { name: 'Load older' }).click();
    await soon(async () => expect(await lines.count()).toBe(121));
    expect(await lines.last().innerText()).toContain('round 0');
    expect(await page.getByRole('button', { name: 'Load older' }).count()).toBe(0);

    const field = page.getByRole('searchbox', { name: 'Search the log' });
    await field.fill('PUMP');
    await soon(async () => expect(await lines.count()).toBe(1));
    await device.publish('log', { level: 'info', text: 'nothing of note' });
    await device.publish('log', { level: 'warning', text: 'the pump runs again' });
    await lines.filter({ hasText: 'the pump runs again' }).waitFor();
    expect(await lines.count()).toBe(2);
    await page.getByLabel('Level').selectOption('error');
    await soon(async () => expect(await lines.allInnerTexts()).toEqual([expect.stringContaining('Pump is stuck')]));
    await device.publish('log', { level: 'info', text: 'pump: 12 rounds' });
    await device.publish('log', { level: 'error', text: 'pump: no water' });
    await lines.filter({ hasText: 'no water' }).waitFor();
    expect(await lines.count()).toBe(2);
    await field.fill('snow');
    await page.getByText('No line matches.').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await field.fill('');
    await page.getByLabel('Level').selectOption({ label: 'Every level' });
    await soon(async () => expect(await lines.count()).toBe(100));
    await shoot(page, 'unit-log');
    await device.close();
  });
});

describe('the keys', () => {
  test('are renewed so that the board follows by itself; until then both work, and the page says so', async () => {
    const { unit, device, heard } = await listeningBoard();
    const page = await openTab(unit.id, 'env');
    await page.getByRole('button', { name: 'Renew the keys' }).click();
    await page.getByText('New keys wait for the board.').waitFor();
    expect(await page.getByRole('button', { name: 'Renew the keys' }).count()).toBe(0);
    await soon(() => expect(heard()).toMatchObject([{ command: 'env' }]));
    await device.publish('output/temperature', 22.5);
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'unit-keys-changing');

    const env = await ada.call('GET /api/units/:id/env', { params: { id: unit.id } });
    await device.close();
    const renewed = await sealedDevice(env, { port: croft.mqttPort, boot: 2, generation: 2 });
    await page.getByText(/^Generation 2, made/).waitFor();
    await renewed.publish('receipt', { id: heard().at(-1)?.id, status: 'done', detail: '' });
    await soon(async () => expect(await page.getByText('New keys wait for the board.').count()).toBe(0));
    await page.getByRole('button', { name: 'Renew the keys' }).waitFor();
    await renewed.close();
  });

  test('that are known to others are cut off after a question that says what happens', async () => {
    const { unit, device } = await listeningBoard();
    const page = await openTab(unit.id, 'env');
    await page.getByRole('button', { name: 'Compromised: cut off now' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remake the keys and cut the device off?' });
    await dialog.getByText('A device connected with them is cut off.').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cut off now' }).click();
    await page.getByText(/^Generation 2, made/).waitFor();
    await soon(() => expect(device.isClosed()).toBe(true));
  });
});

describe.each([
  ['light', 1440, 'en-GB', 'Send'],
  ['dark', 360, 'ru-RU', 'Отправить'],
] as const)('%s at %i px, %s', (theme, width, locale, send) => {
  test('the panels of a unit are for everybody', async () => {
    const { unit, device, heard, answer } = await listeningBoard();
    await ada.call('POST /api/units/:id/commands', { params: { id: unit.id }, body: { command: 'pulse', args: [5] } });
    await soon(() => expect(heard()).toHaveLength(1));
    await answer('failed', 'OSError: [Errno 19] ENODEV');
    await device.publish('log', { level: 'error', text: 'a long line '.repeat(12) });
    await device.close();
    const later = { command: 'env', expiresIn: 86_400 };
    await ada.call('POST /api/units/:id/commands', { params: { id: unit.id }, body: later });
    const page = await openTab(unit.id, 'commands', { theme, width, locale });
    await page.getByRole('button', { name: send, exact: true }).waitFor();
    await page.getByText('ENODEV').waitFor();
    await shoot(page, `unit-commands-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    for (const tab of ['log', 'env', 'program']) {
      await page.goto(`/units/${unit.id}#${tab}`);
      await page.getByRole('tabpanel').locator('p, li').first().waitFor();
      await page.waitForLoadState('networkidle');
      await shoot(page, `unit-${tab}-${theme}`);
      expect(await pageFaults(page), tab).toEqual([]);
    }
    await page.context().close();
  });
});

describe('my commands', () => {
  test('are listed with their receipts, live, with what was sent elsewhere, and can be cancelled', async () => {
    const grace = await croft.user('grace');
    const page = await browser.open('/commands', { as: grace });
    await page.getByText('You have sent no command yet').waitFor();
    const schema = { input_variables: { on: { type: 'boolean' } } };
    await grace.call('POST /api/units', { body: { name: 'Stove', schema } });
    await grace.call('POST /api/tx', { body: { line: 'tx /Stove on true' } });
    await page.reload();
    await receipt(page).getByText('Queued').waitFor();
    await grace.call('POST /api/tx', { body: { line: '/Stove on no' } });
    await receipt(page).getByText('/Stove on no').waitFor();
    await receipt(page).getByRole('button', { name: 'Cancel: set' }).click();
    await receipt(page).getByText('Cancelled').waitFor();
    for (let n = 0; n < 50; n++) await grace.call('POST /api/tx', { body: { line: `/Stove on ${n % 2 === 0}` } });
    await page.reload();
    const rows = page.getByRole('list', { name: 'Sent commands' }).getByRole('listitem');
    await soon(async () => expect(await rows.count()).toBe(50));
    await page.getByRole('button', { name: 'Load older' }).click();
    await soon(async () => expect(await rows.count()).toBe(52));
    expect(await page.getByRole('button', { name: 'Load older' }).count()).toBe(0);
    await receipt(page).getByRole('link', { name: 'Stove' }).click();
    await page.waitForURL('**/units/*');
  });
});

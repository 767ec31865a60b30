import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { tokenDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, soon } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';

const schema = {
  input_variables: { dial: { type: 'number', title: 'Dial' } },
  output_variables: { warmth: { type: 'number', unit: 'Cel' }, door: { type: 'string' } },
};

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');
const bob = await croft.user('bob');
const sector = await ada.call('POST /api/sectors', { body: { path: '/home/Back yard' } });
const body = { name: 'Shed', sector: sector.id, schema, security: 'token' as const };
const shed = await ada.call('POST /api/units', { body });
const env = await ada.call('GET /api/units/:id/env', { params: { id: shed.id } });
const device = await tokenDevice(env, { port: croft.mqttPort });
await device.publish('output/warmth', 21.5);
afterAll(async () => {
  await device?.close();
});

const address = (variable: string) => `ada:/home/Back yard/Shed#${variable}`;
const idOf = (name: string) => shed.variables.find((one) => one.name === name)?.id ?? '';
const list = (page: Page, name: string) => page.getByRole('list', { name, exact: true });
const navigation = (page: Page) => page.getByRole('navigation', { name: 'Navigation' });
const dialog = (page: Page) => page.getByRole('dialog');

test('who asks is seen at once, is granted, reads the value, and loses it at once', async () => {
  const [hers, his] = await Promise.all([browser.open('/', { as: ada }), browser.open('/access', { as: bob })]);
  await navigation(hers).getByRole('link', { name: 'Access', exact: true }).waitFor();
  await his.getByText('Nobody gave you access to anything').waitFor();

  await his.getByRole('button', { name: 'Ask for access' }).click();
  await dialog(his).getByLabel('Address').fill('the warmth of the shed');
  await dialog(his).getByRole('button', { name: 'Ask', exact: true }).click();
  await dialog(his).getByText('Write an address as in bob:/home/Garage/Light#on.').waitFor();
  await dialog(his).getByLabel('Address').fill(address('warmth'));
  await dialog(his).getByLabel('Note to the owner').fill('For the frost alarm');
  await dialog(his).getByRole('button', { name: 'Ask', exact: true }).click();
  await dialog(his).waitFor({ state: 'hidden' });
  await list(his, 'What I asked for').getByText('Open', { exact: true }).waitFor();

  const link = navigation(hers).getByRole('link', { name: 'Access 1 open request' });
  await link.click();
  await list(hers, 'Requests to me').getByText('For the frost alarm').waitFor();
  await shoot(hers, 'access-request');
  await hers.getByRole('button', { name: `Grant: bob, ${address('warmth')}` }).click();
  await dialog(hers).getByLabel('Your note').fill('Mind the frost');
  await dialog(hers).getByRole('button', { name: 'Grant', exact: true }).click();
  await list(hers, 'Grants I gave').getByText('bob').waitFor();
  await navigation(hers).getByRole('link', { name: 'Access', exact: true }).waitFor();

  const held = list(his, 'Grants I hold').getByRole('listitem');
  await soon(async () => expect(await held.innerText()).toMatch(/warmth\s+Shed[\s\S]*21\.5\s*°C/));
  await list(his, 'What I asked for').getByText('Mind the frost').waitFor();
  await device.publish('output/warmth', 22.25);
  await held.getByText('22.25').waitFor();
  await held.getByRole('link', { name: 'warmth' }).click();
  await soon(async () => expect(await his.getByLabel('Now').innerText()).toMatch(/22\.25\s*°C/));

  await hers.getByRole('button', { name: `Revoke: bob, ${address('warmth')}` }).click();
  await dialog(hers).getByText('Links that live by it are switched off at once').waitFor();
  await dialog(hers).getByRole('button', { name: 'Revoke' }).click();
  await his.getByRole('heading', { name: 'Nothing here' }).waitFor();
  await hers.getByText('You gave nobody access').waitFor();
  await his.goto('/access');
  await his.getByText('Nobody gave you access to anything').waitFor();

  await hers.goto('/audit');
  const acts = list(hers, 'Acts').getByRole('listitem');
  await soon(async () => {
    const texts = await acts.allInnerTexts();
    expect(texts[0]).toMatch(/Access revoked or given back\s+Shed#warmth[\s\S]*ada\s+from \S+[\s\S]*Done/);
    expect(texts[1]).toMatch(/Request answered[\s\S]*granted: yes[\s\S]*ada/);
    expect(texts[2]).toMatch(/Access asked for[\s\S]*right: read[\s\S]*bob/);
  });
});

describe('the tab of a unit', () => {
  test('gives access, shows who has it, and narrows what is shown, by the keyboard alone', async () => {
    const page = await browser.open(`/units/${shed.id}#access`, { as: ada });
    const row = (name: string) => list(page, 'Variables').locator('> li').filter({ hasText: name });
    await row('dial').getByText('Granted to nobody').waitFor();

    await page.getByRole('button', { name: 'Give access to dial' }).focus();
    await page.keyboard.press('Enter');
    await dialog(page).getByLabel('Username').focus();
    await page.keyboard.type('nobody-here');
    await page.keyboard.press('Enter');
    await dialog(page).getByText('There is no user of this name.').waitFor();
    await dialog(page).getByLabel('Username').fill('bob');
    await page.keyboard.press('Enter');
    await row('dial').getByText('bob').waitFor();
    expect(await ada.call('GET /api/grants')).toMatchObject({ given: [{ access: 'write', to: { user: 'bob' } }] });
    await soon(async () => expect(await page.getByLabel('Who can do what').innerText()).toMatch(/sets 1 input/));
    await list(page, 'What was done here').getByText('Access given').first().waitFor();

    await page.getByRole('button', { name: 'Give access to door' }).click();
    await dialog(page).getByLabel('To whom').selectOption({ label: 'A unit' });
    await dialog(page).getByLabel('Address or UUID of the unit').fill('bob:/nowhere');
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('alert').waitFor();
    await page.keyboard.press('Escape');

    await page.getByLabel('Who may read warmth').selectOption({ label: 'Only me' });
    await soon(async () => expect(await page.getByLabel('Who may read warmth').inputValue()).toBe('private'));
    await ada.call('PATCH /api/units/:id', { params: { id: shed.id }, body: { visibility: 'public' } });
    await page.reload();
    await soon(async () => {
      const circles = await page.getByLabel('Who can do what').innerText();
      expect(circles).toMatch(/Anyone\s+reads 1 output[\s\S]*By a grant\s+sets 1 input/);
    });

    await page.getByRole('button', { name: 'Revoke: bob' }).focus();
    await page.keyboard.press('Enter');
    await dialog(page).getByRole('button', { name: 'Revoke' }).focus();
    await page.keyboard.press('Enter');
    await row('dial').getByText('Granted to nobody').waitFor();
    expect((await ada.call('GET /api/grants')).given).toEqual([]);
  });

  test('of another’s public unit is none, but access is asked for from there', async () => {
    await ada.call('PATCH /api/units/:id', { params: { id: shed.id }, body: { visibility: 'public' } });
    const page = await browser.open(`/units/${shed.id}`, { as: bob });
    await page.getByRole('button', { name: 'Ask for access' }).click();
    expect(await dialog(page).getByLabel('Address').inputValue()).toBe(address(''));
    await dialog(page).getByLabel('Address').fill(address('dial'));
    await dialog(page).getByLabel('What for').selectOption({ label: 'Set an input' });
    await dialog(page).getByRole('button', { name: 'Ask', exact: true }).click();
    await page.getByText('Asked. The answer stands on the page “Access”.').waitFor();
    expect(await page.getByRole('tab', { name: 'Access' }).count()).toBe(0);
    await page.goto('/access');
    await page.getByRole('button', { name: `Withdraw: ${address('dial')}` }).click();
    await soon(async () => {
      const { fromMe } = await bob.call('GET /api/access-requests');
      expect(fromMe.filter(({ status }) => status === 'open')).toEqual([]);
    });
    const visitor = await browser.open(`/variables/${idOf('door')}`);
    await visitor.getByRole('heading', { name: 'door', level: 1 }).waitFor();
    expect(await visitor.getByRole('button', { name: 'Ask for access' }).count()).toBe(0);
  });
});

describe('the audit log', () => {
  test('shows one thing alone when asked, and goes back as far as it is kept', async () => {
    for (let n = 0; n < 55; n++) await ada.call('PUT /api/units/:id/settings', { params: { id: shed.id }, body: {} });
    const page = await browser.open('/audit', { as: ada });
    const acts = list(page, 'Acts').getByRole('listitem');
    await soon(async () => expect(await acts.count()).toBe(50));
    await page.getByRole('button', { name: 'Show older' }).click();
    await soon(async () => expect(await acts.count()).toBeGreaterThan(55));
    await ada.call('POST /api/units', { body: { name: 'Lamp', schema: {} } });
    await acts.first().getByText('Unit made').waitFor();
    await page.reload();
    await page.getByLabel('About').selectOption({ label: 'ada:/Lamp' });
    await soon(async () => expect(await acts.count()).toBe(1));
    expect(page.url()).toContain('/audit?object=');
    await acts.first().getByRole('link', { name: 'Lamp' }).click();
    await page.getByRole('heading', { name: 'Lamp', level: 1 }).waitFor();
  });

  test('is the whole instance’s for an administrator', async () => {
    const page = await browser.open('/admin', { as: await croft.administrator() });
    await page.getByRole('link', { name: 'Open the audit log' }).click();
    await page.getByText('Everything that was done on this instance').waitFor();
    await list(page, 'Acts').getByText('ada').first().waitFor();
  });
});

const pages: [name: string, path: () => string, lists: number][] = [
  ['access', () => '/access', 1],
  ['access-unit', () => `/units/${shed.id}#access`, 3],
  ['audit', () => '/audit', 1],
];

describe.each([
  ['light', 1440, 'en-GB'],
  ['dark', 360, 'ru-RU'],
] as const)('%s at %i px, %s', (theme, width, locale) => {
  const look = { theme, width, locale };
  const filled = async () => {
    const { given } = await ada.call('GET /api/grants');
    if (given.length > 0) return;
    const give = (name: string, access: 'read' | 'write', user: string) =>
      ada.call('POST /api/grants', { body: { variable: idOf(name), access, user } });
    await give('warmth', 'read', 'bob');
    await give('dial', 'write', 'bob');
    const cleo = await croft.user('cleo');
    const note = 'I live next door and would like to see when you air the shed.';
    await cleo.call('POST /api/access-requests', { body: { address: address('dial'), access: 'write', note } });
    await ada.call('POST /api/access-requests', { body: { address: 'bob:/home/Cellar/Pump#on', access: 'write' } });
    const lamp = await bob.call('POST /api/units', { body: { name: 'Lamp', schema, visibility: 'local' } });
    await bob.call('POST /api/grants', {
      body: { variable: lamp.variables.find((one) => one.name === 'dial')?.id ?? '', access: 'write', user: 'ada' },
    });
  };

  test.each(pages)('%s is for everybody', async (name, path, lists) => {
    await filled();
    const page = await browser.open(path(), { as: ada, ...look });
    await soon(async () =>
      expect(await page.getByRole('main').getByRole('list').count()).toBeGreaterThanOrEqual(lists),
    );
    await page.waitForLoadState('networkidle');
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `${name}-${theme}`);
  });
});

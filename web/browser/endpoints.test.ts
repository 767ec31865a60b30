import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { ApiReply } from '../../server/contract.ts';
import { pageFaults, shoot, soon, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';

type Made = ApiReply<'POST /api/units/:id/endpoints'>;

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

const schema = { output_variables: { temperature: { type: 'number', maximum: 60 }, note: { type: 'string' } } };
let count = 0;
const makeUnit = () => ada.call('POST /api/units', { body: { name: `Shed ${++count}`, schema, security: 'token' } });

const makeEndpoint = (unit: { id: string }, body: { name: string; auth?: 'none' | 'token' | 'hmac' }) =>
  ada.call('POST /api/units/:id/endpoints', { params: { id: unit.id }, body });

async function submit(
  { id, secret }: Pick<Made, 'id' | 'secret'>,
  body: string | Uint8Array<ArrayBuffer>,
  type = 'application/json',
) {
  const headers = { 'Content-Type': type, ...(secret !== null && { Authorization: `Bearer ${secret}` }) };
  return (await fetch(`${croft.url}/api/submit/${id}`, { method: 'POST', headers, body })).status;
}

const open = (unit: { id: string }, look: Parameters<TestBrowser['open']>[1] = {}) =>
  browser.open(`/units/${unit.id}#endpoints`, { as: ada, ...look });
const rows = (page: Page) => page.getByRole('list', { name: 'Recent submissions' }).locator('> li');

test('an endpoint is made by keyboard, and its secret shown once lets a submission in, which appears by itself', async () => {
  const unit = await makeUnit();
  const page = await open(unit);
  await page.getByText('No endpoints yet').waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'endpoints-empty');
  await page.getByRole('button', { name: 'Make an endpoint' }).press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Make an endpoint' });
  await dialog.getByLabel('Name').press('Enter');
  await dialog.getByText('Give it a name.').waitFor();
  await dialog.getByRole('radio', { name: /^HMAC/ }).check();
  await dialog.getByRole('switch', { name: /With a time that is signed too/ }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'endpoint-dialog');
  await dialog.getByRole('radio', { name: /^Token/ }).check();
  await dialog.getByLabel('Name').fill('Phone');
  await dialog.getByLabel('Name').press('Enter');

  await page.getByText('The secret of Phone is made').waitFor();
  const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
  await page.getByText(`Authorization: Bearer ${secret}`).waitFor();
  const address = await page.getByLabel('Address', { exact: true }).inputValue();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'endpoint-made');
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await soon(async () => expect(await page.getByText(secret).count()).toBe(0));

  await page.getByText('Nothing came yet.').waitFor();
  const id = new URL(address).pathname.split('/').at(-1) ?? '';
  expect(await submit({ id, secret }, '{"temperature": 21.5}')).toBe(202);
  await rows(page).first().getByText('Stored', { exact: true }).waitFor();
  expect(await submit({ id, secret: 'wrong' }, '{}')).toBe(401);
  await page.getByRole('tab', { name: /Refusals|Refused/ }).click();
  await page.getByText('A submission was not let in').waitFor();
});

test('a submission opens with its keys, bytes and headers; a key without an output becomes one by a click', async () => {
  const unit = await makeUnit();
  const endpoint = await makeEndpoint(unit, { name: 'Weather service' });
  const page = await open(unit);
  await page.getByText('Nothing came yet.').waitFor();
  expect(await submit(endpoint, '{"temperature": 99, "note": "dry", "wind": 3.5}')).toBe(202);
  const row = rows(page).first();
  await row.getByText('Partly stored').waitFor();
  await row.locator('summary').click();
  const table = row.getByRole('table', { name: 'What became of each key' });
  await table.getByText('99 is above the maximum 60').waitFor();
  await row.getByText('"wind": 3.5').waitFor();
  await row.getByText('authorization: (not kept)', { exact: false }).waitFor();
  expect(await page.getByText(endpoint.secret ?? '-').count()).toBe(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    row.getByRole('link', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^submission-.*\.bin$/);
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'endpoint-submission');

  await page.getByRole('button', { name: 'Add as variable: wind' }).click();
  await soon(async () => expect(await page.getByRole('list', { name: 'Keys without an output' }).count()).toBe(0));
  expect(await submit(endpoint, '{"wind": 4}')).toBe(202);
  await soon(async () => expect(await rows(page).count()).toBe(2));
  await rows(page).first().getByText('Stored', { exact: true }).waitFor();
  expect(await submit(endpoint, Uint8Array.of(0, 255), 'application/octet-stream')).toBe(202);
  await rows(page).first().getByText('Kept', { exact: true }).waitFor();
  await rows(page).first().locator('summary').click();
  await page.getByText('0000 00 ff').waitFor();
});

test('a test shows what would be stored; switched off, remade and deleted it is at once', async () => {
  const unit = await makeUnit();
  const endpoint = await makeEndpoint(unit, { name: 'Phone' });
  const page = await open(unit);
  const menu = page.getByRole('button', { name: 'Menu of the endpoint Phone' });
  await page.getByRole('button', { name: 'Send a test' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send a test to Phone' });
  await dialog.getByLabel('Body', { exact: true }).fill('{"temperature": 12}');
  expect(await pageFaults(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Send a test' }).click();
  const row = rows(page).first();
  await row.getByText('Test', { exact: true }).waitFor();
  await row.locator('summary').click();
  await row.getByText('Would be stored').waitFor();
  await shoot(page, 'endpoint-test');

  const toggle = page.getByRole('switch', { name: 'Takes submissions: Phone' });
  await toggle.press('Space');
  await page.getByText('Off', { exact: true }).waitFor();
  expect(await submit(endpoint, '{"temperature": 1}')).toBe(404);
  await toggle.press('Space');
  await soon(async () => expect(await page.getByText('Off', { exact: true }).count()).toBe(0));

  await menu.click();
  await page.getByRole('menuitem', { name: 'Remake the secret' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remake the secret' }).click();
  const remade = await page.getByLabel('Secret', { exact: true }).inputValue();
  expect(await submit(endpoint, '{"temperature": 1}')).toBe(401);
  expect(await submit({ ...endpoint, secret: remade }, '{"temperature": 2}')).toBe(202);

  await menu.click();
  await page.getByRole('menuitem', { name: 'Delete the endpoint' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete the endpoint' }).click();
  await page.getByText('No endpoints yet').waitFor();
  expect(await submit({ ...endpoint, secret: remade }, '{"temperature": 3}')).toBe(404);
});

describe.each([
  ['light', 1440, 'en-GB', 'Weather service'],
  ['dark', 360, 'ru-RU', 'Служба погоды'],
] as const)('%s at %i px, %s', (theme, width, locale, name) => {
  test('endpoints are for everybody', async () => {
    const unit = await makeUnit();
    await makeEndpoint(unit, { name: 'GitHub', auth: 'hmac' });
    const endpoint = await makeEndpoint(unit, { name, auth: 'none' });
    const long = { temperature: 21, note: 'a long line '.repeat(20), wind: 3, 'a very long key of a sensor': [1] };
    await submit(endpoint, JSON.stringify(long));
    await submit(endpoint, 'warm', 'text/plain');
    await submit(endpoint, '{"temperature":', 'application/json');
    const page = await open(unit, { theme, width, locale });
    await page.locator('button[aria-controls]').filter({ hasText: name }).click();
    const list = page.locator('details:has(summary time)');
    await soon(async () => expect(await list.count()).toBe(3));
    await list.last().locator('summary').click();
    await page.getByRole('table').last().waitFor();
    await page.locator('figure').last().waitFor();
    await shoot(page, `endpoints-${theme}`);
    expect(await pageFaults(page)).toEqual([]);
    await page.context().close();
  });
});

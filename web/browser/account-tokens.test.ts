import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createClient, type TestClient } from '../../server/testing/client.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { pageFaults, shoot } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';

const { croft, browser } = await openCroft();

async function open(as: TestClient): Promise<Page> {
  const page = await browser.open('/account', { as });
  page.setDefaultTimeout(15_000);
  await page.getByRole('heading', { name: 'Account', level: 1 }).waitFor();
  return page;
}

const tokens = (page: Page) => page.getByRole('list', { name: 'API tokens' }).getByRole('listitem');

test('API tokens are made by keyboard, shown once, work within their scopes, and are revoked', async () => {
  const page = await open(await croft.user('emma'));
  await page.getByText('No API tokens yet').waitFor();
  const make = page.getByRole('button', { name: 'Make a token' });
  await make.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Make an API token' });
  await dialog.getByLabel('Read').uncheck();
  await dialog.getByLabel('Name').focus();
  await page.keyboard.press('Enter');
  await dialog.getByText('Give it a name.').waitFor();
  await dialog.getByText('Choose at least one.').waitFor();
  expect(await dialog.getByLabel('Administer').count()).toBe(0);
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'account-token-dialog');
  await page.keyboard.type('Nightly backup');
  await dialog.getByLabel('Read').check();
  await dialog.getByLabel('Valid for').selectOption({ label: '7 days' });
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });

  const secret = await page.getByLabel('Token', { exact: true }).inputValue();
  expect(secret).toMatch(/^croft_/);
  await page.getByRole('button', { name: 'Copy: Token' }).click();
  await eventually(async () => expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret));
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'account-token-made');
  const program = createClient(() => croft.url, { bearer: secret });
  expect(await program.call('GET /api/me')).toMatchObject({ username: 'emma' });
  const refused = await program.send('POST /api/sectors', { body: { path: '/attic' } });
  expect(refused.status).toBe(403);

  await page.reload();
  await eventually(async () =>
    expect(await tokens(page).innerText()).toMatch(/^Nightly backup\s+Read\s.*expires \d+ \w+ \d{4}\s.*last used/s),
  );
  expect(await page.content()).not.toContain(secret);
  await page.getByRole('button', { name: 'Revoke: Nightly backup' }).click();
  await page.getByRole('dialog', { name: 'Revoke Nightly backup?' }).getByRole('button', { name: 'Revoke' }).click();
  await page.getByText('No API tokens yet').waitFor();
  expect((await program.send('GET /api/me')).status).toBe(401);
});

test('a token of an administrator may administer and never expire; the shown one goes when it is put away', async () => {
  const page = await open(await croft.administrator());
  await page.getByRole('button', { name: 'Make a token' }).click();
  const dialog = page.getByRole('dialog', { name: 'Make an API token' });
  await dialog.getByLabel('Name').fill('Operator');
  await dialog.getByLabel('Administer').check();
  await dialog.getByLabel('Valid for').selectOption({ label: 'No end' });
  await dialog.getByRole('button', { name: 'Make a token' }).click();
  const secret = await page.getByLabel('Token', { exact: true }).inputValue();
  const users = await createClient(() => croft.url, { bearer: secret }).call('GET /api/users');
  expect(users.map(({ username }) => username)).toContain('admin');
  expect(await tokens(page).innerText()).toMatch(/Operator\s+Read\s+Administer\s.*never expires/s);
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByLabel('Token', { exact: true }).waitFor({ state: 'hidden' });
});

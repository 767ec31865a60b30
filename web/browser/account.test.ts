import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createClient, type TestClient } from '../../server/testing/client.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { testPassword } from '../../server/testing/instance.ts';
import { pageFaults, shoot, type TestBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';

const firefox = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 Version/18.6 Mobile/15E148 Safari/604.1';

const { croft, browser } = await openCroft();
await croft.administrator();

/** What is not there soon is not there. */
async function open(as: TestClient, look: Parameters<TestBrowser['open']>[1] = {}): Promise<Page> {
  const page = await browser.open('/account', { as, ...look });
  page.setDefaultTimeout(15_000);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** The same user in another browser. */
async function signIn(username: string, device: string, password = testPassword): Promise<TestClient> {
  const client = createClient(() => croft.url);
  const answer = await client.send('POST /api/sessions', { body: { username, password } }, { 'User-Agent': device });
  expect(answer.status).toBe(201);
  return client;
}

const statusOf = async (client: TestClient) => (await client.send('GET /api/me')).status;
const sessions = (page: Page) => page.getByRole('list', { name: 'Where you are signed in' }).getByRole('listitem');
const isFocused = (page: Page, name: string) =>
  eventually(async () => expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe(name));

test('says who I am, and sends others to sign in', async () => {
  const page = await open(await croft.user('iris'));
  await eventually(async () =>
    expect(await page.getByRole('main').innerText()).toMatch(/Account\s+iris\s+User\s+Account made/),
  );
  const visitor = await browser.open('/account');
  await visitor.waitForURL('**/signin?next=%2Faccount');
});

test('changes language and theme in place, and keeps them', async () => {
  const page = await open(await croft.user('lang'));
  await page.getByRole('combobox', { name: 'Theme' }).selectOption({ label: 'Dark' });
  await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Русский' });
  await page.getByRole('heading', { name: 'Учётная запись', level: 1 }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Учётная запись', level: 1 }).waitFor();
  expect(await page.getByRole('combobox', { name: 'Тема' }).inputValue()).toBe('dark');
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
});

describe('the password', () => {
  test('is changed by keyboard alone; other browsers are out, this one stays', async () => {
    const bella = await croft.user('bella');
    const other = await signIn('bella', firefox);
    const page = await open(bella);
    await eventually(async () => expect(await sessions(page).count()).toBe(2));
    await page.getByLabel('Current password').focus();
    await page.keyboard.type('not my password');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await isFocused(page, 'password');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.getByText('The password is too short.').waitFor();
    await isFocused(page, 'password');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('a new and longer one');
    await page.keyboard.press('Enter');
    await page.getByText('The two passwords differ.').waitFor();
    await isFocused(page, 'repeated');
    await page.keyboard.type('a new and longer one');
    await page.keyboard.press('Enter');
    await eventually(async () => expect(await page.getByRole('alert').innerText()).toBe('This is not your password.'));
    expect(await statusOf(other)).toBe(200);

    await page.getByLabel('Current password').fill(testPassword);
    await page.keyboard.press('Enter');
    await page.getByText('The password is changed').waitFor();
    await eventually(async () => expect(await sessions(page).count()).toBe(1));
    expect(await page.getByLabel('New password', { exact: true }).inputValue()).toBe('');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await statusOf(other)).toBe(401);
    await signIn('bella', firefox, 'a new and longer one');
    await page.reload();
    await eventually(async () => expect(await sessions(page).count()).toBe(2));
  });
});

describe('sessions', () => {
  test('stand with device, address and times; one is ended without the others', async () => {
    const carla = await croft.user('carla');
    const desk = await signIn('carla', firefox);
    const pocket = await signIn('carla', phone);
    const page = await open(carla);
    await eventually(async () => expect(await sessions(page).count()).toBe(3));
    const pocketRow = sessions(page).filter({ hasText: 'Safari on iPhone' });
    expect(await pocketRow.innerText()).toMatch(/Safari on iPhone\s+127\.0\.0\.1\s+signed in .*last used /s);
    const own = sessions(page).filter({ hasText: 'This browser' });
    expect(await own.count()).toBe(1);
    expect(await own.getByRole('button').count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out: Safari on iPhone, 127.0.0.1' }).click();
    await eventually(async () => expect(await sessions(page).count()).toBe(2));
    expect([await statusOf(carla), await statusOf(desk), await statusOf(pocket)]).toEqual([200, 200, 401]);
  });

  test('end everywhere, here too, once that is confirmed', async () => {
    const dora = await croft.user('dora');
    const desk = await signIn('dora', firefox);
    const page = await open(dora);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    const question = page.getByRole('dialog', { name: 'Sign out everywhere?' });
    await question.getByRole('button', { name: 'Cancel' }).click();
    await question.waitFor({ state: 'hidden' });
    expect(await statusOf(desk)).toBe(200);
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await question.getByRole('button', { name: 'Sign out everywhere' }).click();
    await page.waitForURL('**/signin');
    expect([await statusOf(dora), await statusOf(desk)]).toEqual([401, 401]);
  });
});

describe('deleting the account', () => {
  test('says what goes, asks for the password, and leaves nothing', async () => {
    const flora = await croft.user('flora');
    const sector = await flora.call('POST /api/sectors', { body: { path: '/home/Shed' } });
    const schema = { output_variables: ['temperature'] };
    await flora.call('POST /api/units', { body: { name: 'Board', sector: sector.id, schema } });
    const page = await open(flora);
    await page.getByRole('button', { name: 'Delete the account' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete the account flora?' });
    await eventually(async () =>
      expect(await dialog.getByRole('list').innerText()).toMatch(
        /1 unit goes.*devices are cut off.*2 sectors go.*sessions and API tokens end/s,
      ),
    );
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, 'account-delete');
    const remove = dialog.getByRole('button', { name: 'Delete the account' });
    await remove.click();
    await dialog.getByText('Type your password.').waitFor();
    await dialog.getByLabel('Your password').fill('not my password');
    await remove.click();
    await dialog.getByText('This is not your password.').waitFor();
    expect(await statusOf(flora)).toBe(200);
    await dialog.getByLabel('Your password').fill(testPassword);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/signin');
    const body = { username: 'flora', password: testPassword };
    expect((await croft.anonymous.send('POST /api/sessions', { body })).status).toBe(401);
  });

  test('is refused to the last administrator, who is told why', async () => {
    const admin = await croft.administrator();
    const page = await open(admin);
    await page.getByRole('button', { name: 'Delete the account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Your password').fill(testPassword);
    await page.keyboard.press('Enter');
    await eventually(async () =>
      expect(await dialog.getByRole('alert').innerText()).toContain('make somebody else one first'),
    );
    expect(await statusOf(admin)).toBe(200);
  });
});

describe.each([
  ['light', 1440, 'en-GB'],
  ['dark', 360, 'ru-RU'],
] as const)('%s at %i px, %s', (theme, width, locale) => {
  test('the page is for everybody', async () => {
    const name = `gina-${theme}-${width}`;
    const gina = await croft.user(name);
    await signIn(name, firefox);
    await signIn(name, phone);
    const longest = 'Reads the temperatures of the greenhouse for the weekly mail';
    await gina.call('POST /api/tokens', { body: { name: longest, scopes: ['read'], days: 30 } });
    const { id } = await gina.call('POST /api/tokens', {
      body: { name: 'Backup', scopes: ['read', 'write'], days: null },
    });
    await gina.call('POST /api/tokens', { body: { name: 'Old', scopes: ['write'], days: 1 } });
    const past = new Date(Date.now() - 60_000);
    await croft.db.updateTable('apiTokens').set({ expiresAt: past }).where('name', '=', 'Old').execute();
    await croft.db.updateTable('apiTokens').set({ lastUsedAt: past }).where('uuid', '=', id).execute();
    const page = await open(gina, { theme, width, locale });
    await eventually(async () => expect(await page.getByRole('listitem').filter({ hasText: longest }).count()).toBe(1));
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `account-${theme}`);
  });
});

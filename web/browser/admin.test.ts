import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createClient, type TestClient } from '../../server/testing/client.ts';
import { eventually } from '../../server/testing/eventually.ts';
import { testInstance, testPassword } from '../../server/testing/instance.ts';
import { pageFaults, shoot, type TestBrowser, testBrowser } from '../testing/browser.ts';
import { openCroft } from '../testing/open-croft.ts';

const { croft, browser } = await openCroft({ env: { CROFT_REGISTRATION: 'invite' } });
const admin = await croft.administrator();

/** What is not there soon is not there. */
async function open(as: TestClient, look: Parameters<TestBrowser['open']>[1] = {}): Promise<Page> {
  const page = await browser.open('/admin', { as, ...look });
  page.setDefaultTimeout(15_000);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return page;
}

/** A user, invited by the administrator. */
async function invited(username: string, on = croft): Promise<TestClient> {
  const { url } = await (await on.administrator()).call('POST /api/invites', {
    body: { note: `For ${username}`, days: 7 },
  });
  const client = createClient(() => on.url);
  const invite = new URL(url).searchParams.get('token') ?? '';
  await client.call('POST /api/register', { body: { username, password: testPassword, invite } });
  return client;
}

const statusOf = async (client: TestClient) => (await client.send('GET /api/me')).status;
const users = (page: Page) => page.getByRole('list', { name: 'Users' }).getByRole('listitem');
const userRow = (page: Page, name: string) => users(page).filter({ hasText: name });
const invites = (page: Page) => page.getByRole('list', { name: 'Invites', exact: true }).getByRole('listitem');

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: action }).click();
}

test('to others the page is not there, signed in or not', async () => {
  const page = await open(await invited('otto'));
  await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
  expect(await page.getByText('Make an invite link').count()).toBe(0);
  const visitor = await browser.open('/admin');
  await visitor.getByRole('heading', { name: 'Nothing here' }).waitFor();
});

describe('users', () => {
  test('are found by a part of the name', async () => {
    await invited('Peter');
    await invited('petra');
    const page = await open(admin);
    await page.getByLabel('Find a user').fill('PET');
    await page
      .getByRole('status')
      .filter({ hasText: /^2 users$/ })
      .waitFor();
    expect(await users(page).allInnerTexts()).toEqual([
      expect.stringContaining('Peter'),
      expect.stringContaining('petra'),
    ]);
    await page.getByLabel('Find a user').fill('nobody');
    await page.getByText('Nobody here has such a name.').waitFor();
    expect(await users(page).count()).toBe(0);
  });

  test('stand with role, units and when they were last seen', async () => {
    const quinn = await invited('quinn');
    await quinn.call('POST /api/units', { body: { name: 'Board', schema: { output_variables: ['temperature'] } } });
    const page = await open(admin);
    expect(await userRow(page, 'quinn').innerText()).toMatch(/quinn\s+User\s+1 unit\s+last seen/);
    const own = userRow(page, 'admin');
    expect(await own.innerText()).toMatch(/admin\s+You\s+Administrator\s+0 units/);
    expect(await own.getByRole('button').count()).toBe(0);
  });

  test('are locked by keyboard once that is confirmed, and unlocked', async () => {
    const rosa = await invited('rosa');
    const page = await open(admin);
    await page.getByRole('button', { name: 'Actions for rosa' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Lock' }).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const question = page.getByRole('dialog', { name: 'Lock rosa?' });
    await question.getByText('Nothing is deleted').waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    expect(await statusOf(rosa)).toBe(200);

    await choose(page, 'rosa', 'Lock');
    await question.getByRole('button', { name: 'Lock', exact: true }).click();
    await userRow(page, 'rosa').getByText('Locked').waitFor();
    expect(await statusOf(rosa)).toBe(401);
    const body = { username: 'rosa', password: testPassword };
    expect((await croft.anonymous.send('POST /api/sessions', { body })).ok).toBe(false);

    await choose(page, 'rosa', 'Unlock');
    await page.getByRole('dialog', { name: 'Unlock rosa?' }).getByRole('button', { name: 'Unlock' }).click();
    await userRow(page, 'rosa').getByText('Locked').waitFor({ state: 'hidden' });
    expect((await croft.anonymous.send('POST /api/sessions', { body })).status).toBe(201);
  });

  test('become administrators, and ordinary again', async () => {
    const sofia = await invited('sofia');
    const page = await open(admin);
    await choose(page, 'sofia', 'Make an administrator');
    await page.getByRole('dialog').getByRole('button', { name: 'Make an administrator' }).click();
    await userRow(page, 'sofia').getByText('Administrator').waitFor();
    const hers = await open(sofia);
    await hers.getByRole('heading', { name: 'Administration', level: 1 }).waitFor();
    expect(await userRow(hers, 'sofia').innerText()).toContain('You');
    await choose(page, 'sofia', 'Make an ordinary user');
    await page.getByRole('dialog').getByRole('button', { name: 'Make an ordinary user' }).click();
    await userRow(page, 'sofia').getByText('User', { exact: true }).waitFor();
    expect((await sofia.send('GET /api/users')).ok).toBe(false);

    await hers.getByRole('button', { name: 'Make an invite link' }).click();
    await hers.getByRole('dialog').getByRole('button', { name: 'Make an invite link' }).click();
    await hers.getByRole('dialog').getByRole('alert').waitFor();
  });
});

describe('invites', () => {
  test('are made with a note, copied once, and let one person in', async () => {
    const page = await open(admin);
    await page.getByRole('button', { name: 'Make an invite link' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make an invite link' });
    await dialog.getByLabel('Note').fill('The neighbour');
    await dialog.getByLabel('Valid for').selectOption({ label: '30 days' });
    expect(await pageFaults(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Make an invite link' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await shoot(page, 'admin-invite-made');
    const link = await page.getByLabel('Invite link', { exact: true }).inputValue();
    await page.getByRole('button', { name: 'Copy: Invite link' }).click();
    await eventually(async () => expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link));
    const mine = invites(page).filter({ hasText: 'The neighbour' });
    expect(await mine.innerText()).toMatch(/The neighbour\s+made now\s+expires \d+ \w+ \d{4}/);

    const guest = await browser.open(link);
    await guest.getByLabel('Username').fill('tina');
    await guest.getByLabel('Password', { exact: true }).fill(testPassword);
    await guest.getByLabel('Password again').fill(testPassword);
    await guest.keyboard.press('Enter');
    await guest.getByRole('heading', { name: 'Welcome, tina' }).waitFor();
    await page.reload();
    await page.getByText(/^Used invites \(\d+\)$/).click();
    const used = page
      .getByRole('list', { name: 'Used invites' })
      .getByRole('listitem')
      .filter({ hasText: 'The neighbour' });
    expect(await used.innerText()).toMatch(/The neighbour\s+made .*used by tina/s);
    expect(await used.getByRole('button').count()).toBe(0);
    expect(await mine.count()).toBe(0);
    expect(await pageFaults(page)).toEqual([]);
    expect(await page.getByLabel('Invite link', { exact: true }).count()).toBe(0);
    await userRow(page, 'tina').waitFor();
  });

  test('are withdrawn, and their link leads nowhere', async () => {
    const { url } = await admin.call('POST /api/invites', { body: { note: 'A mistake', days: 1 } });
    const page = await open(admin);
    await page.getByRole('button', { name: 'Withdraw: A mistake' }).click();
    const question = page.getByRole('dialog', { name: 'Withdraw the invite?' });
    await question.getByRole('button', { name: 'Withdraw' }).click();
    await invites(page).filter({ hasText: 'A mistake' }).waitFor({ state: 'hidden' });
    const invite = new URL(url).searchParams.get('token') ?? '';
    const body = { username: 'ursula', password: testPassword, invite };
    expect((await croft.anonymous.send('POST /api/register', { body })).status).toBe(403);
  });
});

test('the instance says its version, its registration and where its doors are', async () => {
  const { version, mqtt } = await admin.call('GET /api/instance');
  const page = await open(admin);
  const facts = page.getByRole('region', { name: 'This instance' });
  await eventually(async () => expect(await facts.innerText()).toContain(`Croft ${version}`));
  const text = await facts.innerText();
  expect(text).toMatch(/Registration\s+by invite/);
  expect(text).toContain(`${mqtt.host}:${croft.mqttPort}`);
  expect(text).toContain(mqtt.webSocketUrl);
  expect(text).toMatch(/MQTT over TLS\s+not configured/);
  await facts.getByRole('link', { name: 'API documentation' }).click();
  await page.waitForURL('**/api/docs');
});

test('where registration is closed nobody is offered an invite', async () => {
  const closed = await testInstance({ env: { CROFT_REGISTRATION: 'closed' } });
  const itsBrowser = await testBrowser(closed);
  try {
    const page = await itsBrowser.open('/admin', { as: await closed.administrator() });
    await page.getByText('Registration is closed').waitFor();
    expect(await page.getByRole('button', { name: 'Make an invite link' }).count()).toBe(0);
    expect(await pageFaults(page)).toEqual([]);
  } finally {
    await itsBrowser.close();
    await closed.close();
  }
});

describe.each([
  ['light', 1440, 'en-GB'],
  ['dark', 360, 'ru-RU'],
] as const)('%s at %i px, %s', (theme, width, locale) => {
  test('the page is for everybody', async () => {
    const name = `a-rather-long-name-${theme}-${width}`;
    await invited(name);
    await croft.db.updateTable('users').set({ lockedAt: new Date() }).where('username', '=', name).execute();
    await admin.call('POST /api/invites', {
      body: { note: 'For the people of the house across the street', days: 30 },
    });
    await admin.call('POST /api/invites', { body: {} });
    const page = await open(admin, { theme, width, locale });
    await page.getByText(name, { exact: true }).waitFor();
    expect(await pageFaults(page)).toEqual([]);
    await shoot(page, `admin-${theme}`);
  });
});

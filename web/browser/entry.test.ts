import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { madeUpInstance, problem } from './made-up-instance.ts';
import { openBrowser } from './open-browser.ts';
import { heading, openPage } from './open-page.ts';
import { serveWeb } from './serve-web.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
afterAll(() => browser?.close());

test('the setup link makes the administrator, who is then at home', async () => {
  const { state, answers } = madeUpInstance({ setUp: false });
  await using web = await serveWeb(answers);
  const { page, complaints } = await openPage(browser, `${web.origin}/setup?token=one-time`);
  const create = page.getByRole('button', { name: 'Create the administrator' });
  await create.click();
  await page.getByText('Choose a username.').waitFor();
  await page.getByLabel('Username').fill(' ada ');
  await page.getByLabel('Password', { exact: true }).fill('too short');
  await create.click();
  await page.getByText('The password is too short.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('long enough');
  await page.getByLabel('Password again').fill('long enougH');
  await create.click();
  await page.getByText('The two passwords differ.').waitFor();
  await expect.poll(() => page.getByLabel('Password again').evaluate((e) => e === document.activeElement)).toBe(true);
  expect(state.sent).toEqual([]);
  await page.getByLabel('Password again').fill('long enough');
  await create.click();
  await expect.poll(() => heading(page).innerText()).toBe('Home');
  expect(state.sent).toEqual([{ token: 'one-time', username: 'ada', password: 'long enough' }]);
  expect(new URL(page.url()).search).toBe('');
  expect(complaints).toEqual([]);
}, 60_000);

test('what the instance refuses is said at its field, or above the form', async () => {
  const { answers } = madeUpInstance({ setUp: false });
  await using web = await serveWeb(answers);
  const { page } = await openPage(browser, `${web.origin}/setup?token=old`);
  await page.getByLabel('Username').fill('a b');
  await page.getByLabel('Password', { exact: true }).fill('long enough');
  await page.getByLabel('Password again').fill('long enough');
  const issues = [{ path: '/username', message: 'Use letters, digits, - and _ only.' }];
  web.answers['POST /api/setup'] = { status: 422, json: { title: 'No.', code: 'invalid', issues } };
  await page.keyboard.press('Enter');
  await page.getByText('Use letters, digits, - and _ only.').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.getByLabel('Username').getAttribute('aria-invalid')).toBe('true');
  web.answers['POST /api/setup'] = problem(403, 'forbidden', 'This setup link was used already.');
  await page.getByRole('button', { name: 'Create the administrator' }).click();
  await expect.poll(() => page.getByRole('alert').innerText()).toBe('This setup link was used already.');
}, 60_000);

test('signing in by keyboard alone leads back to the page that asked for it', async () => {
  const { state, answers } = madeUpInstance();
  await using web = await serveWeb(answers);
  const { page, complaints } = await openPage(browser, `${web.origin}/`);
  await expect.poll(() => heading(page).innerText()).toBe('Sign in');
  await page.goto(`${web.origin}/signin?next=%2Fnowhere%3Fa%3Db`);
  await page.getByLabel('Username').focus();
  await page.keyboard.type('ada');
  await page.keyboard.press('Tab');
  await page.keyboard.type('long enough');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.url()).toBe(`${web.origin}/nowhere?a=b`);
  await expect.poll(() => heading(page).innerText()).toBe('Nothing here');
  expect(state.sent).toEqual([{ username: 'ada', password: 'long enough' }]);
  expect(complaints).toEqual([]);
}, 60_000);

test('a wrong password and too many of them are told apart', async () => {
  const { answers } = madeUpInstance();
  answers['POST /api/sessions'] = problem(401, 'unauthorized');
  await using web = await serveWeb(answers);
  const { page } = await openPage(browser, `${web.origin}/signin`);
  await page.getByLabel('Username').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This username and password do not belong together.').waitFor();
  web.answers['POST /api/sessions'] = problem(429, 'too-many-requests');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Too many attempts. Try again in 60 seconds.').waitFor();
}, 60_000);

test('an invite makes an account; without one the page says where to get it', async () => {
  const { state, answers } = madeUpInstance();
  await using web = await serveWeb(answers);
  const { page } = await openPage(browser, `${web.origin}/invite`);
  await expect.poll(() => heading(page).innerText()).toBe('An invite is needed');
  await page.goto(`${web.origin}/invite?token=inv`);
  await page.getByLabel('Username').fill('bob');
  await page.getByLabel('Password', { exact: true }).fill('long enough');
  await page.getByLabel('Password again').fill('long enough');
  await page.keyboard.press('Enter');
  await expect.poll(() => heading(page).innerText()).toBe('Home');
  expect(state.sent).toEqual([{ username: 'bob', password: 'long enough', invite: 'inv' }]);
}, 60_000);

test('before setup every page leads to the setup page', async () => {
  await using web = await serveWeb(madeUpInstance({ setUp: false }).answers);
  const { page } = await openPage(browser, `${web.origin}/signin`);
  await expect.poll(() => heading(page).innerText()).toBe('The setup link is needed');
}, 60_000);

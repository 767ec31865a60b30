import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { lamp, madeUpInstance, problem } from './made-up-instance.ts';
import { openBrowser } from './open-browser.ts';
import { heading, openPage } from './open-page.ts';
import { serveWeb } from './serve-web.ts';

const screenshots = fileURLToPath(new URL('../screenshots', import.meta.url));
const build = fileURLToPath(new URL('../build', import.meta.url));

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
afterAll(() => browser?.close());

test('language and theme change in place, and stay', async () => {
  await using web = await serveWeb(madeUpInstance().answers);
  const { page } = await openPage(browser, `${web.origin}/signin`, { colorScheme: 'light' });
  await page.getByLabel('Username').fill('ada');
  await page.getByRole('button', { name: 'Language' }).click();
  await page.getByRole('menuitemradio', { name: 'Русский' }).click();
  await expect.poll(() => heading(page).innerText()).toBe('Вход');
  expect(await page.getByLabel('Имя пользователя').inputValue()).toBe('ada');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
  await page.getByRole('button', { name: 'Тема' }).click();
  await page.getByRole('menuitemradio', { name: 'Тёмная' }).click();
  const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await expect.poll(paper).toBe('rgb(18, 21, 20)');
  await page.reload();
  await expect.poll(() => heading(page).innerText()).toBe('Вход');
  expect(await paper()).toBe('rgb(18, 21, 20)');
}, 60_000);

test('the language is that of the browser until one is chosen', async () => {
  await using web = await serveWeb(madeUpInstance().answers);
  const { page } = await openPage(browser, `${web.origin}/signin`, { locale: 'ru-RU' });
  await expect.poll(() => heading(page).innerText()).toBe('Вход');
}, 60_000);

test('the tree shows sectors and units, and their presence as it changes', async () => {
  const { answers } = madeUpInstance({ signedIn: true });
  const events = `event: presence\ndata: ${JSON.stringify({ unit: lamp, presence: 'late', lastSeenAt: null })}\n\n`;
  answers['GET /api/live'] = ({ url }) => ({ events: url.searchParams.has('presence') ? events : '' });
  await using web = await serveWeb(answers);
  const { page, complaints } = await openPage(browser, `${web.origin}/`, { viewport: { width: 1440, height: 900 } });
  const tree = page.getByRole('navigation', { name: 'Navigation' });
  await tree.getByRole('link', { name: 'Late Lamp' }).waitFor();
  expect(await tree.getByRole('link', { name: 'Wood Shed' }).getAttribute('href')).toBe('/sectors/home/Wood%20Shed');
  await tree.getByRole('button', { name: 'What is in home' }).click();
  await expect.poll(() => tree.getByRole('link', { name: 'Lamp' }).count()).toBe(0);
  expect(complaints).toEqual([]);
}, 60_000);

test('on a phone the tree is a drawer, which a choice closes', async () => {
  await using web = await serveWeb(madeUpInstance({ signedIn: true }).answers);
  const { page } = await openPage(browser, `${web.origin}/`, { viewport: { width: 360, height: 740 } });
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('link', { name: 'Online Lamp' }).click();
  await drawer.waitFor({ state: 'hidden' });
  expect(new URL(page.url()).pathname).toBe(`/units/${lamp}`);
}, 60_000);

test('signing out leads to the sign-in page, and so does a session that ended elsewhere', async () => {
  const { state, answers } = madeUpInstance({ signedIn: true });
  await using web = await serveWeb(answers);
  const { page } = await openPage(browser, `${web.origin}/`);
  await page.getByRole('button', { name: 'Menu of ada' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect.poll(() => new URL(page.url()).pathname).toBe('/signin');
  state.signedIn = true;
  web.answers['GET /api/units'] = problem(401, 'unauthorized');
  await page.goto(`${web.origin}/?from=here`);
  await expect.poll(() => page.url()).toBe(`${web.origin}/signin?next=${encodeURIComponent('/?from=here')}`);
}, 60_000);

test('an instance that is gone is said, and tried again', async () => {
  const { answers } = madeUpInstance({ signedIn: true });
  const instance = answers['GET /api/instance'];
  answers['GET /api/instance'] = problem(503, 'unavailable');
  await using web = await serveWeb(answers);
  const { page } = await openPage(browser, `${web.origin}/`);
  await expect.poll(() => heading(page).innerText()).toBe('Croft does not answer');
  if (instance) web.answers['GET /api/instance'] = instance;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => heading(page).innerText()).toBe('Home');
}, 60_000);

test('without the network the kept frame opens and says so', async () => {
  const web = await serveWeb(madeUpInstance().answers);
  const { page } = await openPage(browser, `${web.origin}/signin`, { serviceWorkers: 'allow' });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  // The files of this first visit came before the worker did.
  await page.reload();
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
  await expect.poll(() => heading(page).innerText()).toBe('Sign in');
  await web[Symbol.asyncDispose]();
  await page.reload();
  await expect.poll(() => heading(page).innerText()).toBe('Croft does not answer');
}, 60_000);

test.each([
  ['light', 1440, 'en-GB'],
  ['dark', 1440, 'ru-RU'],
  ['light', 360, 'ru-RU'],
  ['dark', 360, 'en-GB'],
] as const)(
  'every page is accessible and fits, %s at %i px, %s',
  async (colorScheme, width, locale) => {
    const { state, answers } = madeUpInstance({ setUp: false, registration: 'open' });
    await using web = await serveWeb(answers);
    const { page } = await openPage(browser, 'about:blank', { colorScheme, locale, viewport: { width, height: 800 } });
    const visit = async (path: string, name: string) => {
      await page.goto(web.origin + path);
      await heading(page).waitFor();
      await page.screenshot({ path: `${screenshots}/${name}-${width}-${colorScheme}.png` });
      expect(await accessibilityFaults(page), path).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), path).toBeLessThanOrEqual(width);
    };
    await visit('/setup', 'setup-without-link');
    await visit('/setup?token=one-time', 'setup');
    state.setUp = true;
    await visit('/setup', 'setup-done');
    await visit('/signin', 'signin');
    await visit('/invite', 'invite');
    await visit('/nowhere', 'nowhere-for-anyone');
    state.signedIn = true;
    await visit('/', 'home');
    await visit('/nowhere', 'nowhere');
  },
  120_000,
);

test('the first visit takes 150 KB at most, compressed', async () => {
  await using web = await serveWeb(madeUpInstance({ signedIn: true }).answers);
  const { page } = await openPage(browser, 'about:blank');
  const paths = new Set<string>();
  page.on('response', (response) => paths.add(new URL(response.url()).pathname));
  await page.goto(`${web.origin}/`, { waitUntil: 'networkidle' });
  const code = [...paths].filter((path) => /\.(js|css)$/.test(path));
  expect(code.length).toBeGreaterThan(5);
  const bytes = code.map(
    (path) => statSync(existsSync(`${build}${path}.gz`) ? `${build}${path}.gz` : build + path).size,
  );
  const total = bytes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThan(150 * 1024);
}, 60_000);

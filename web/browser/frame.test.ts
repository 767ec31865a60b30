import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { openBrowser } from './open-browser.ts';
import { type Answers, serveWeb } from './serve-web.ts';

const home = '0198c0de-0000-7000-8000-000000000001';
const shed = '0198c0de-0000-7000-8000-000000000002';
const lamp = '0198c0de-0000-7000-8000-000000000003';

const problem = (status: number, code: string, title = 'No.') => ({ status, json: { status, code, title } });

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
afterAll(() => browser?.close());

/** An instance with or without its administrator, and a browser that may be signed in. */
function madeUpInstance({ setUp = true, signedIn = false, registration = 'closed' } = {}) {
  const state = { setUp, signedIn, sent: [] as unknown[] };
  const me = { id: home, username: 'ada', role: 'administrator', createdAt: '2026-01-01T00:00:00Z' };
  const signIn = ({ body }: { body: unknown }) => {
    state.sent.push(body);
    state.signedIn = true;
    state.setUp = true;
    return { status: 201, json: me };
  };
  const sector = (id: string, name: string, parent: string | null, path: string) => ({ id, name, parent, path });
  const unit = {
    ...{ id: lamp, name: 'Lamp', sector: shed, presence: 'online', address: 'ada:/home/Wood Shed/Lamp' },
    ...{ lastSeenAt: new Date().toISOString(), variables: [] },
  };
  const answers: Answers = {
    'GET /api/instance': () => ({ json: { setUp: state.setUp, registration } }),
    'GET /api/me': () => (state.signedIn ? { json: me } : problem(401, 'unauthorized')),
    'GET /api/sectors': {
      json: [sector(home, 'home', null, '/home'), sector(shed, 'Wood Shed', home, '/home/Wood Shed')],
    },
    'GET /api/units': { json: [unit] },
    'GET /api/live': { events: ': hello\n\n' },
    'POST /api/setup': signIn,
    'POST /api/register': signIn,
    'POST /api/sessions': signIn,
    'DELETE /api/sessions/current': () => {
      state.signedIn = false;
      return { status: 204 };
    },
  };
  return { state, answers };
}

async function openPage(address: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused call is written to the console by the browser itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load')) complaints.push(message.text());
  });
  await page.goto(address);
  return { page, complaints };
}

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

test('the setup link makes the administrator, who is then at home', async () => {
  const { state, answers } = madeUpInstance({ setUp: false });
  await using web = await serveWeb(answers);
  const { page, complaints } = await openPage(`${web.origin}/setup?token=one-time`);
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
  const { page } = await openPage(`${web.origin}/setup?token=old`);
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
  const { page, complaints } = await openPage(`${web.origin}/`);
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
  const { page } = await openPage(`${web.origin}/signin`);
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
  const { page } = await openPage(`${web.origin}/invite`);
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
  const { page } = await openPage(`${web.origin}/signin`);
  await expect.poll(() => heading(page).innerText()).toBe('The setup link is needed');
}, 60_000);

test('language and theme change in place, and stay', async () => {
  await using web = await serveWeb(madeUpInstance().answers);
  const { page } = await openPage(`${web.origin}/signin`, { colorScheme: 'light' });
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
  const { page } = await openPage(`${web.origin}/signin`, { locale: 'ru-RU' });
  await expect.poll(() => heading(page).innerText()).toBe('Вход');
}, 60_000);

test('the tree shows sectors and units, and their presence as it changes', async () => {
  const { answers } = madeUpInstance({ signedIn: true });
  const events = `event: presence\ndata: ${JSON.stringify({ unit: lamp, presence: 'late', lastSeenAt: null })}\n\n`;
  answers['GET /api/live'] = ({ url }) => ({ events: url.search === '?mine=1' ? events : '' });
  await using web = await serveWeb(answers);
  const { page, complaints } = await openPage(`${web.origin}/`, { viewport: { width: 1440, height: 900 } });
  const tree = page.getByRole('navigation', { name: 'Navigation' });
  await tree.getByRole('link', { name: 'Late Lamp' }).waitFor();
  expect(await tree.getByRole('link', { name: 'Wood Shed' }).getAttribute('href')).toBe('/sectors/home/Wood%20Shed');
  await tree.getByRole('button', { name: 'What is in home' }).click();
  await expect.poll(() => tree.getByRole('link', { name: 'Lamp' }).count()).toBe(0);
  expect(complaints).toEqual([]);
}, 60_000);

test('on a phone the tree is a drawer, which a choice closes', async () => {
  await using web = await serveWeb(madeUpInstance({ signedIn: true }).answers);
  const { page } = await openPage(`${web.origin}/`, { viewport: { width: 360, height: 740 } });
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('link', { name: 'Online Lamp' }).click();
  await drawer.waitFor({ state: 'hidden' });
  expect(new URL(page.url()).pathname).toBe(`/units/${lamp}`);
}, 60_000);

test('signing out leads to the sign-in page, and so does a session that ended elsewhere', async () => {
  const { state, answers } = madeUpInstance({ signedIn: true });
  await using web = await serveWeb(answers);
  const { page } = await openPage(`${web.origin}/`);
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
  const { page } = await openPage(`${web.origin}/`);
  await expect.poll(() => heading(page).innerText()).toBe('Croft does not answer');
  if (instance) web.answers['GET /api/instance'] = instance;
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => heading(page).innerText()).toBe('Home');
}, 60_000);

test('without the network the kept frame opens and says so', async () => {
  const web = await serveWeb(madeUpInstance().answers);
  const { page } = await openPage(`${web.origin}/signin`, { serviceWorkers: 'allow' });
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
    const { page } = await openPage('about:blank', { colorScheme, locale, viewport: { width, height: 800 } });
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

const screenshots = fileURLToPath(new URL('../screenshots', import.meta.url));
const build = fileURLToPath(new URL('../build', import.meta.url));

test('the first visit takes 150 KB at most, compressed', async () => {
  await using web = await serveWeb(madeUpInstance({ signedIn: true }).answers);
  const { page } = await openPage('about:blank');
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

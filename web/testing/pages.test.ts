import { afterAll, describe, expect, test } from 'vitest';
import { pageFaults, shoot } from './browser.ts';
import { makeDemo } from './demo.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');
const demo = await makeDemo(croft, ada);
afterAll(async () => {
  await demo?.device.close();
});

const pages: [name: string, address: () => string, heading: string][] = [
  ['home', () => '/', 'Home'],
  ['sector', () => '/sectors/home/Back%20yard', 'Back yard'],
  ['unit-new', () => `/units/new?sector=${demo.yard.id}`, 'Make a unit'],
  ['unit', () => `/units/${demo.greenhouse.id}`, 'Greenhouse'],
  ['unit-awaited', () => `/units/${demo.awaited.id}`, 'Shed board'],
  ['unit-awaited-token', () => `/units/${demo.plain.id}`, 'Script'],
];

describe.each([
  ['light', 1440],
  ['dark', 360],
] as const)('in %s at %i px', (theme, width) => {
  test.each(pages)('%s is for everybody', async (name, address, heading) => {
    const page = await browser.open(address(), { as: ada, theme, width });
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
    // A page that has everything asks for nothing more.
    await page.waitForLoadState('networkidle');
    await shoot(page, theme === 'light' ? name : `${name}-dark`);
    expect(await pageFaults(page)).toEqual([]);
    await page.context().close();
  });
});

test('no page had an error of its own', () => expect(browser.errors).toEqual([]));

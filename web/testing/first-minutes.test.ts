import { expect, test } from 'vitest';
import { testPassword } from '../../server/testing/instance.ts';
import { pageFaults, shoot, soon } from './browser.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();

test('from the setup link to a live chart in four actions, the first of which was to start Croft', async () => {
  // 2: the link that was printed is opened.
  const page = await browser.open(croft.setupUrl ?? '');

  // 3: a password is set.
  await page.getByLabel('Username').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill(testPassword);
  await page.getByLabel('Password again').fill(testPassword);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Welcome, ada' }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'welcome');

  // 4: one press, and the chart moves.
  await page.getByRole('button', { name: 'Try a virtual unit' }).click();
  await page.getByRole('heading', { name: 'Weather station', level: 1 }).waitFor();
  const chart = page.getByRole('figure', { name: 'Air temperature' });
  await chart.locator('canvas').waitFor();
  const lastTime = async () => {
    const summary = (await chart.getByRole('img').getAttribute('aria-label')) ?? '';
    return /and (.*)$/.exec(summary)?.[1] ?? expect.fail(`no times in "${summary}"`);
  };
  const begun = await lastTime();
  await soon(async () => expect(await lastTime()).not.toBe(begun));
  await page.getByText('Online').first().waitFor();
  await shoot(page, 'weather-station');
  expect(browser.errors).toEqual([]);
});

import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from 'vitest';
import { pageFaults, shoot, soon } from './browser.ts';
import { makeDemo } from './demo.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');
const demo = await makeDemo(croft, ada);
afterAll(async () => {
  await demo?.device.close();
});

const shown = () => ada.call('GET /api/units/:id', { params: { id: demo.greenhouse.id } });
const openUnit = () => browser.open(`/units/${demo.greenhouse.id}`, { as: ada });

test('what a unit says of itself, what it logs and what is refused shows as it comes', async () => {
  const page = await openUnit();
  await page.getByRole('tab', { name: 'Refused (2)' }).waitFor();
  await demo.device.publish('output/door', '"ajar"');
  await page.getByRole('tab', { name: 'Refused (3)' }).waitFor();
  await page.getByText('door: "ajar" is not one of "open", "closed"').waitFor();
  await demo.device.publish('output/door', '"ajar"');
  await page.getByText('2 times').waitFor();

  await demo.device.publish('state', { ip: '10.0.0.9', uptime: 7_260 });
  await page.getByText('10.0.0.9').waitFor();
  await page.getByText('2 hrs 1 min').waitFor();

  await page.getByRole('tab', { name: 'Log' }).click();
  const log = page.getByRole('list', { name: 'Log' });
  await log.waitFor();
  await demo.device.publish('log', { level: 'error', text: 'pump is stuck' });
  await soon(async () => expect(await log.getByRole('listitem').first().innerText()).toContain('pump is stuck'));
  expect(await log.getByRole('listitem').count()).toBe(3);
  expect(await pageFaults(page)).toEqual([]);
});

test('a switched value is on its timeline at once, and a longer period has its means', async () => {
  const page = await openUnit();
  const door = page.getByRole('img', { name: /^Door: / });
  const changes = async () => Number(/(\d+) changes?/.exec((await door.getAttribute('aria-label')) ?? '')?.[1]);
  await door.waitFor();
  const before = await changes();
  await demo.device.publish('output/door', '"closed"');
  await soon(async () => expect(await changes()).toBe(before + 1));

  const chart = page.getByRole('figure', { name: 'Air temperature' });
  const points = async () => {
    await chart.getByRole('button', { name: 'Table' }).click();
    const count = await chart.getByRole('row').count();
    await chart.getByRole('button', { name: 'Chart' }).click();
    return count - 1;
  };
  expect(await points()).toBe(60);
  await page.getByRole('radio', { name: '24 hrs' }).check({ force: true });
  // Means of five minutes, and the last value as it came.
  await soon(async () => expect(await points()).toBeLessThan(6));
});

test('values that come are drawn without asking for the history again', async () => {
  const page = await openUnit();
  const chart = page.getByRole('figure', { name: 'Air temperature' });
  await chart.locator('canvas').waitFor();
  const { id } = (await shown()).variables.find(({ name }) => name === 'temperature') ?? expect.fail('no such output');
  const asked: string[] = [];
  page.on('request', (request) => void (request.url().includes(`${id}/history?`) && asked.push(request.url())));
  const label = async () => (await chart.getByRole('img').getAttribute('aria-label')) ?? '';
  for (const value of [31.5, 32.5, 33.5]) {
    await demo.device.publish('output/temperature', value);
    await soon(async () => expect(await label()).toContain(String(value)));
  }
  expect(asked).toEqual([]);
});

test('the settings of env.json are set by their types, and are in the file', async () => {
  const page = await openUnit();
  await page.getByRole('tab', { name: 'env.json' }).click();
  await page.getByLabel('PUBLISH_SECONDS').fill('soon');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('a number is expected, as in json_example.json').waitFor();
  await page.getByLabel('PUBLISH_SECONDS').fill('2,5');
  await page.getByLabel('FAN_INSTALLED').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved', { exact: true }).waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'unit-env');
  expect(await page.getByLabel('WIFI_SSID').count()).toBe(0);

  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download env.json' }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe('env.json');
  const env = JSON.parse(await readFile(await download.path(), 'utf8'));
  expect(env).toMatchObject({
    UNIT_UUID: demo.greenhouse.id,
    PUBLISH_SECONDS: 2.5,
    FAN_INSTALLED: false,
    WIFI_SSID: '',
  });
  expect(env.SYNC_ENCRYPT_KEY).toMatch(/^[\w-]{43}$/);
});

test('cutting the device off says what happens, and it does', async () => {
  const page = await openUnit();
  await page.getByRole('tab', { name: 'env.json' }).click();
  await page.getByRole('button', { name: 'Compromised: cut off now' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remake the keys and cut the device off?' });
  await dialog.getByText('A device connected with them is cut off.').waitFor();
  await dialog.getByRole('button', { name: 'Cut off now' }).click();
  await page.getByText(/^Generation 2, made/).waitFor();
  await soon(() => expect(demo.device.isClosed()).toBe(true));
  await page.getByText('Offline').first().waitFor();
});

test('visitors see what is public, and nothing else', async () => {
  const hidden = await browser.open(`/units/${demo.greenhouse.id}`);
  await hidden.getByRole('heading', { name: 'Nothing here' }).waitFor();

  const page = await openUnit();
  await page.getByLabel('Who may see the outputs').selectOption({ label: 'Everybody' });
  await soon(async () => expect((await shown()).visibility).toBe('public'));
  for (const { id, name } of (await shown()).variables) {
    const visibility = name === 'temperature' ? 'public' : 'private';
    await ada.call('PATCH /api/variables/:id', { params: { id }, body: { visibility } });
  }
  const visitor = await browser.open(`/units/${demo.greenhouse.id}`);
  await visitor.getByRole('figure', { name: 'Air temperature' }).locator('canvas').waitFor();
  const text = await visitor.getByRole('main').innerText();
  for (const secret of ['Door', 'Grow lamp', 'Refused', 'env.json', '10.0.0.9', 'Visible to']) {
    expect(text).not.toContain(secret);
  }
  expect(await pageFaults(visitor)).toEqual([]);
  await shoot(visitor, 'unit-visitor');
});

test('a unit is deleted after a question, and its address leads nowhere', async () => {
  const page = await browser.open(`/units/${demo.plain.id}`, { as: ada });
  await page.getByRole('button', { name: 'Actions for Script' }).click();
  await page.getByRole('menuitem', { name: 'Delete the unit' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete Script?' });
  await shoot(page, 'unit-delete');
  await dialog.getByRole('button', { name: 'Delete the unit' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
  await soon(async () => expect(await page.getByRole('link', { name: 'Script' }).count()).toBe(0));
  await page.goto(`/units/${demo.plain.id}`);
  await page.getByRole('heading', { name: 'Nothing here' }).waitFor();
  expect(browser.errors).toEqual([]);
});

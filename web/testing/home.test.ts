import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { tokenDevice } from '../../server/testing/device.ts';
import { testPassword } from '../../server/testing/instance.ts';
import { pageFaults, shoot, soon } from './browser.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

test('by the keyboard alone: sign in, make a virtual unit, switch it on, look at another period', async () => {
  const page = await browser.open('/signin');
  /** Goes on with Tab until what has the focus is called so. */
  const tabTo = async (name: RegExp) => {
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
        const named = [...labels, element].map((one) => one?.textContent ?? '').join(' ');
        return `${element?.getAttribute('aria-label') ?? ''} ${named}`.trim();
      });
      if (name.test(focused)) return;
    }
    expect.fail(`Tab never comes to ${name}`);
  };

  await tabTo(/^Username/);
  await page.keyboard.type('ada');
  await tabTo(/^Password/);
  await page.keyboard.type(testPassword);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Welcome, ada' }).waitFor();

  await tabTo(/^Weather station/);
  await page.keyboard.press('ArrowDown');
  await tabTo(/^Try a virtual unit/);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Dimmer lamp', level: 1 }).waitFor();

  await page.getByRole('switch', { name: 'Lamp' }).waitFor();
  await tabTo(/^Lamp$/);
  // The link to the variable comes first, then the switch itself.
  await tabTo(/^Lamp$/);
  await page.keyboard.press('Space');
  await soon(async () => expect(await page.getByRole('switch', { name: 'Lamp' }).isChecked()).toBe(true));
  await page.getByText('Confirmed').first().waitFor();
  await tabTo(/^15 min/);
  await page.keyboard.press('ArrowRight');
  await soon(async () => expect(await page.getByRole('radio', { name: '1 hr' }).isChecked()).toBe(true));
  await tabTo(/^Refused/);
  await page.keyboard.press('ArrowRight');
  await page.getByText('The unit has not logged anything.').waitFor();
});

test('in Russian there is not a word of English on the way', async () => {
  const page = await browser.open('/', { as: ada, locale: 'ru-RU' });
  await page.getByRole('heading', { name: 'Главная', level: 1 }).waitFor();
  await page
    .getByRole('link', { name: /Dimmer lamp/ })
    .first()
    .click();
  await page.getByRole('heading', { name: 'Dimmer lamp', level: 1 }).waitFor();
  await page.getByRole('heading', { name: 'Входы' }).waitFor();
  await page.getByText('Подтверждено').first().waitFor();
  await page.locator('canvas').first().waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'unit-ru');
  const text = await page.getByRole('main').innerText();
  // What the owner named, and units of measure, stand as they are.
  const foreign = text
    .replaceAll(/dimmer lamp|luminous flux|lamp|level|power|ada:\S*|\b(W|lm)\b/gi, '')
    .match(/[a-z]{3,}/gi);
  expect(foreign).toBeNull();
  await page.goto('/units/new');
  await page.getByRole('heading', { name: 'Создать устройство' }).waitFor();
  await page.getByRole('tab', { name: 'Своя схема' }).click();
  await page.getByRole('button', { name: 'Создать устройство' }).click();
  await page.getByText('schema.json').first().waitFor();
});

test('values on the home page are live', async () => {
  const schema = { output_variables: { count: { type: 'integer', title: 'Count' } } };
  const unit = await ada.call('POST /api/units', { body: { name: 'Counter', schema, security: 'token' } });
  const page = await browser.open('/', { as: ada });
  const row = page.getByRole('list', { name: 'Units' }).getByRole('listitem').filter({ hasText: 'Counter' });
  await row.getByText('Never seen').waitFor();
  const env = await ada.call('GET /api/units/:id/env', { params: { id: unit.id } });
  const device = await tokenDevice(env, { port: croft.mqttPort });
  await soon(async () => {
    await device.publish('output/count', 41);
    expect(await row.innerText()).toMatch(/Count\s*41/);
  });
  await device.publish('output/count', 42);
  await soon(async () => expect(await row.innerText()).toMatch(/Count\s*42/));
  await row.getByRole('img', { name: 'Online' }).waitFor();
  await device.close();
});

test('a thousand units: as many rows as fit are there, the last one is reached, and one is found by typing', async () => {
  const bob = await croft.user('bob');
  const { id: sector } = await bob.call('POST /api/sectors', { body: { path: '/hall' } });
  const { id } = await bob.call('POST /api/units', { body: { name: 'Sensor 0', sector, schema: {} } });
  // By the way of people it would take longer than the rest of the tests.
  await sql`
    with made as (
      insert into units (uuid, owner_id, sector_id, name, schema, example, security, visibility)
      select gen_random_uuid(), owner_id, sector_id, 'Sensor ' || number, schema, example, security, visibility
      from units, generate_series(1, 999) as number where uuid = ${id} returning id),
    keyed as (
      insert into unit_keys (unit_id, generation, sealed_keys, sealed_settings)
      select made.id, generation, sealed_keys, sealed_settings
      from made, unit_keys join units on units.id = unit_id where uuid = ${id})
    insert into unit_progress (unit_id) select id from made`.execute(croft.db);
  const page = await browser.open('/', { as: bob });
  const list = page.getByRole('list', { name: 'Units' });
  await list.getByRole('link', { name: 'Sensor 0' }).waitFor();
  expect(await list.getByRole('listitem').count()).toBeLessThan(40);
  await page.mouse.move(800, 500);
  await page.mouse.wheel(0, 100_000);
  await list.getByRole('link', { name: 'Sensor 999' }).waitFor();
  expect(await list.getByRole('listitem').count()).toBeLessThan(40);
  await page.getByRole('searchbox', { name: 'Find a unit' }).fill('sensor 512');
  await soon(async () => expect(await list.getByRole('link').allInnerTexts()).toHaveLength(2));
  await list.getByRole('link', { name: 'Sensor 512' }).waitFor();
  expect(browser.errors).toEqual([]);
});

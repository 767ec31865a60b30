import { expect, test } from 'vitest';
import { sealedDevice } from '../../server/testing/device.ts';
import { soon } from './browser.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

const schema = {
  input_variables: {
    lamp: { type: 'boolean', title: 'Lamp' },
    level: { type: 'integer', title: 'Level', minimum: 0, maximum: 10 },
    mode: { type: 'string', title: 'Mode', enum: ['off', 'auto'] },
    label: { type: 'string', title: 'Label', maxLength: 3 },
    plan: { title: 'Plan' },
  },
  output_variables: { power: { type: 'number' } },
};

test('an input is stored at once, waits for its unit, and is confirmed by it', async () => {
  const unit = await ada.call('POST /api/units', { body: { name: 'Board', schema } });
  const page = await browser.open(`/units/${unit.id}`, { as: ada });
  const input = (title: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });
  const status = (title: string) => input(title).getByRole('status').innerText();

  expect(await status('Lamp')).toBe('Not set yet');
  await input('Lamp').getByRole('switch').click();
  await soon(async () => expect(await status('Lamp')).toBe('Stored, reaches the unit when it is back'));

  const env = await ada.call('GET /api/units/:id/env', { params: { id: unit.id } });
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await device.subscribe('input/+');
  await soon(async () => expect(await status('Lamp')).toMatch(/^Confirmed/));
  expect(device.heardOn('input/lamp')).toEqual([true]);

  await input('Level').getByRole('slider').press('ArrowRight');
  await input('Mode').getByRole('combobox').selectOption('auto');
  await input('Label').getByRole('textbox').fill('abc');
  await input('Label').getByRole('button', { name: 'Set' }).click();
  await input('Plan').getByRole('textbox').fill('{"at":[7,30]}');
  await input('Plan').getByRole('textbox').press('Enter');
  for (const title of ['Level', 'Mode', 'Label', 'Plan']) {
    await soon(async () => expect(await status(title), title).toMatch(/^Confirmed/));
  }
  const heard = ['level', 'mode', 'label', 'plan'].map((name) => device.heardOn(`input/${name}`));
  expect(heard).toEqual([[1], ['auto'], ['abc'], [{ at: [7, 30] }]]);
  await device.close();
});

test('what cannot be is said at the input, and the value falls back to what it was', async () => {
  const unit = await ada.call('POST /api/units', { body: { name: 'Strict', schema } });
  const page = await browser.open(`/units/${unit.id}`, { as: ada });
  const input = (title: string) =>
    page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) });

  await input('Label').getByRole('textbox').fill('too long');
  await input('Label').getByRole('button', { name: 'Set' }).click();
  await input('Label').getByText('value: "too long" is longer than 3 characters').waitFor();
  expect(await input('Label').getByRole('textbox').inputValue()).toBe('');

  await input('Plan').getByRole('textbox').fill('{at: 7}');
  await input('Plan').getByText('This is no JSON.').waitFor();
  expect(await input('Plan').getByRole('button', { name: 'Set' }).isDisabled()).toBe(true);

  await input('Level').getByRole('textbox').fill('99');
  await input('Level').getByRole('textbox').press('Enter');
  await input('Level').getByText('99 is above the maximum 10').waitFor();
  expect(await input('Level').getByRole('slider').inputValue()).toBe('0');
});

test('a value set elsewhere shows here, and a simulation acts on it at once', async () => {
  const unit = await ada.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp' } });
  const page = await browser.open(`/units/${unit.id}`, { as: ada });
  const lamp = page.getByRole('switch', { name: 'Lamp' });
  await page.getByRole('figure', { name: 'Power' }).locator('canvas').waitFor();
  const flux = page.getByRole('figure', { name: 'Luminous flux' }).getByRole('heading').locator('xpath=..');
  expect(await flux.innerText()).toMatch(/\b0\s*lm/);

  const id = unit.variables.find(({ name }) => name === 'lamp')?.id ?? '';
  await ada.call('PUT /api/variables/:id/value', { params: { id }, body: { value: true } });
  await soon(async () => expect(await lamp.isChecked()).toBe(true));
  await soon(async () => expect(Number(/([\d,]+)\s*lm/.exec(await flux.innerText())?.[1])).toBeGreaterThan(700));
  expect(browser.errors).toEqual([]);
});

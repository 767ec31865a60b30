import { expect, test } from 'vitest';
import { tokenDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, soon } from './browser.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

test('a unit is made from an example, once everything that is wrong with it is mended where it stands', async () => {
  const page = await browser.open('/units/new', { as: ada });
  await page.getByRole('tab', { name: 'Own schema' }).click();
  await page.getByRole('button', { name: 'Dimmer lamp' }).click();
  expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Dimmer lamp');
  const schema = page.getByLabel('schema.json', { exact: true });
  const good = await schema.inputValue();
  await schema.fill(good.replace('"boolean"', '"bool"').replace('"minimum": 0', '"min": 0'));
  await page.getByLabel('json_example.json', { exact: true }).fill('{"LAMP_PIN": [12]}');
  await page.getByRole('button', { name: 'Make a unit' }).click();

  await page.getByText('/input_variables/lamp/type').waitFor();
  await page.getByText('/input_variables/level/min').waitFor();
  await page.getByText('/LAMP_PIN').waitFor();
  await soon(async () => expect(await schema.evaluate((area) => area === document.activeElement)).toBe(true));
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'unit-new-wrong');
  await page.getByRole('listitem').filter({ hasText: '/input_variables/lamp/type' }).getByRole('button').click();
  const selected = await schema.evaluate((area: HTMLTextAreaElement) =>
    area.value.slice(area.selectionStart, area.selectionEnd),
  );
  expect(selected).toBe('"bool"');

  await page.keyboard.type('"boolean"');
  await schema.fill((await schema.inputValue()).replace('"min": 0', '"minimum": 0'));
  const file = { name: 'json_example.json', mimeType: 'application/json', buffer: Buffer.from('{"LAMP_PIN": 12}') };
  await page.getByLabel('Upload: json_example.json').setInputFiles(file);
  await page.getByRole('radio', { name: 'Token' }).check();
  await page.getByRole('button', { name: 'Make a unit' }).click();
  await page.getByRole('heading', { name: 'Dimmer lamp', level: 1 }).waitFor();
  const [unit] = await ada.call('GET /api/units');
  expect(unit).toMatchObject({ name: 'Dimmer lamp', security: 'token', direction: 'rxtx' });
});

test('a text that is no JSON is told by line, a name that is taken at the form', async () => {
  const page = await browser.open('/units/new', { as: ada });
  await page.getByRole('tab', { name: 'Own schema' }).click();
  await page.getByLabel('Name', { exact: true }).fill('Dimmer lamp');
  const schema = page.getByLabel('schema.json', { exact: true });
  await schema.fill('{\n  "output_variables": [t]\n}');
  await page.getByRole('button', { name: 'Make a unit' }).click();
  await page.getByText('JSON syntax error at line 2, column 24: a value is expected').waitFor();
  await page.getByRole('button', { name: 'line 2' }).click();
  await page.keyboard.type('"t"');
  expect(await schema.inputValue()).toBe('{\n  "output_variables": ["t"]\n}');
  await page.getByRole('button', { name: 'Make a unit' }).click();
  await page.getByRole('alert').filter({ hasText: 'A unit of this name is already in this sector.' }).waitFor();
});

test('a change of the schema is shown with the history that goes, before it is made', async () => {
  const before = { output_variables: { temperature: { type: 'number' }, door: { type: 'string' } } };
  const body = { name: 'Shed', schema: before, security: 'token' as const };
  const unit = await ada.call('POST /api/units', { body });
  const env = await ada.call('GET /api/units/:id/env', { params: { id: unit.id } });
  const device = await tokenDevice(env, { port: croft.mqttPort });
  for (const value of [20, 21, 22]) await device.publish('output/temperature', value);
  await device.publish('output/door', 'open');
  await device.close();

  const page = await browser.open(`/units/${unit.id}`, { as: ada });
  await page.getByRole('tab', { name: 'Schema' }).click();
  const schema = page.getByLabel('schema.json', { exact: true });
  await schema.fill('{"output_variables": {"temperature": "number"}}');
  await page.getByRole('button', { name: 'Show what changes' }).click();
  await page.getByText('/output_variables/temperature', { exact: true }).waitFor();

  await schema.fill('{"output_variables": {"door": {"type": "string", "title": "Gate"}, "wind": {"type": "number"}}}');
  await page.getByRole('button', { name: 'Show what changes' }).click();
  const changes = page.getByRole('list', { name: 'Changes' });
  await changes.waitFor();
  const rows = (await changes.getByRole('listitem').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));
  expect(rows).toEqual([
    expect.stringMatching(/temperature · output · removed .* 3 stored values go with it/),
    expect.stringMatching(/door · output · changed − \{"type":"string"\} \+ .*"title":"Gate"/),
    expect.stringMatching(/wind · output · added/),
  ]);
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'schema-change');

  const shown = () => ada.call('GET /api/units/:id', { params: { id: unit.id } });
  expect((await shown()).variables.map(({ name }) => name)).toEqual(['temperature', 'door']);
  // Another text has other changes: those that were shown are no longer there to be applied.
  const text = await schema.inputValue();
  await schema.fill(`${text} `);
  expect(await page.getByRole('button', { name: 'Apply the changes' }).count()).toBe(0);
  await schema.fill(text);
  await page.getByRole('button', { name: 'Apply the changes' }).click();
  await page.getByText('Applied').waitFor();
  await page.getByRole('heading', { name: 'Gate' }).waitFor();
  const after = await shown();
  expect(after.variables.map(({ name }) => name)).toEqual(['door', 'wind']);
  expect(after.variables[0]?.id).toBe(unit.variables.find(({ name }) => name === 'door')?.id);
  await soon(async () => expect(await page.getByText('Air temperature').count()).toBe(0));
  expect(browser.errors).toEqual([]);
});

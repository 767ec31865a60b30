import { expect, test } from 'vitest';
import { sealedDevice, tokenDevice } from '../../server/testing/device.ts';
import { pageFaults, shoot, soon } from './browser.ts';
import { openCroft } from './open-croft.ts';

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number', title: 'Air temperature', unit: 'Cel' } },
};
const envOf = (id: string) => ada.call('GET /api/units/:id/env', { params: { id } });

test('a board that is connected step by step wrong is told what is wrong, and then turns the page into its chart', async () => {
  const unit = await ada.call('POST /api/units', { body: { name: 'Board', schema } });
  const old = await envOf(unit.id);
  await ada.call('POST /api/units/:id/keys', { params: { id: unit.id } });
  const page = await browser.open(`/units/${unit.id}`, { as: ada });
  const progress = page.getByRole('region', { name: 'Connect the device' }).getByRole('status').first();
  await progress.getByText('Waiting for the first message').waitFor();

  await expect(sealedDevice(old, { port: croft.mqttPort })).rejects.toThrow();
  await progress.getByText('Key from before it was remade').waitFor();
  await shoot(page, 'connect-old-key');

  const env = await envOf(unit.id);
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await page.getByText('Connected, waiting for the first value').waitFor();
  expect(await progress.getByText('Key from before it was remade').count()).toBe(0);
  await device.publishRaw('unit/board/temperature', Buffer.from('21.5'));
  await page.getByText('Connected, but wrong topic').waitFor();
  await progress.getByText('unit/board/temperature').waitFor();
  expect(await pageFaults(page)).toEqual([]);
  await shoot(page, 'connect-wrong-topic');

  await device.publishRaw(device.topic('output/temperature'), Buffer.from('21.5'));
  await page.getByText('Connected, but message that is not sealed').waitFor();
  await device.close();
  await page.getByText('It connected and left without a value').waitFor();

  const again = await sealedDevice(env, { port: croft.mqttPort, n: 2, generation: unit.keysGeneration + 1 });
  await again.publish('output/temperature', 22.25);
  await page.getByRole('figure', { name: 'Air temperature' }).locator('canvas').waitFor();
  await again.close();
});

test('with the token, what the page shows is what a client needs; the first value brings the live chart', async () => {
  const unit = await ada.call('POST /api/units', { body: { name: 'Script', schema, security: 'token' } });
  const page = await browser.open(`/units/${unit.id}`, { as: ada });
  await page.evaluate(() => Object.assign(window, { loadedOnce: true }));
  const field = (label: string) => page.getByLabel(label, { exact: true }).inputValue();
  const [host, port] = (await field('Host and port')).split(':');
  const access = { UNIT_UUID: await field('User name'), MQTT_PASSWORD: await field('Password') };
  const command = await page.locator('code').filter({ hasText: 'mosquitto_pub' }).innerText();
  for (const part of [
    `-h ${host} -p ${port}`,
    access.UNIT_UUID,
    access.MQTT_PASSWORD,
    '/output/temperature',
    '-m 21.5',
  ]) {
    expect(command).toContain(part);
  }

  await expect(tokenDevice({ ...access, MQTT_PASSWORD: 'guess' }, { port: Number(port) })).rejects.toThrow();
  await page.getByRole('region', { name: 'Connect the device' }).getByText('Wrong token').waitFor();
  const client = await tokenDevice(access, { port: Number(port) });
  await client.publish('output/temperature', 'warm');
  await page.getByText('Connected, but payload that is no JSON').waitFor();
  await client.publish('output/temperature', 21.5);

  const chart = page.getByRole('figure', { name: 'Air temperature' });
  await chart.locator('canvas').waitFor();
  await soon(async () => expect(await chart.innerText()).toMatch(/21\.5\s*°C/));
  await client.publish('output/temperature', 22.75);
  await soon(async () => expect(await chart.innerText()).toMatch(/22\.75\s*°C/));
  expect(await page.getByText('Connect the device').count()).toBe(0);
  expect(await page.evaluate(() => 'loadedOnce' in window)).toBe(true);
  await client.close();
  expect(browser.errors).toEqual([]);
});

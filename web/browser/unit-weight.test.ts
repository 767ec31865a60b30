import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tokenDevice } from '../../server/testing/device.ts';
import { openCroft } from '../testing/open-croft.ts';

const build = fileURLToPath(new URL('../build', import.meta.url));

const { croft, browser } = await openCroft();
const ada = await croft.user('ada');

/** Bytes of code that a page loads, compressed. */
async function weightOf(path: string): Promise<number> {
  const page = await browser.open('about:blank', { as: ada });
  const paths = new Set<string>();
  page.on('response', (response) => paths.add(new URL(response.url()).pathname));
  await page.goto(path, { waitUntil: 'networkidle' });
  const code = [...paths].filter((one) => /\.(js|css)$/.test(one)).map((one) => build + one);
  expect(code.length).toBeGreaterThan(5);
  return code.reduce((sum, file) => sum + statSync(existsSync(`${file}.gz`) ? `${file}.gz` : file).size, 0);
}

test("an owner's unit opened directly takes 150 KB at most before its charts, compressed", async () => {
  const schema = { input_variables: { lamp: { type: 'boolean' as const } } };
  const unit = await ada.call('POST /api/units', { body: { name: 'Lamp', schema, security: 'token' } });
  const env = await ada.call('GET /api/units/:id/env', { params: { id: unit.id } });
  // One that was heard: how to connect it is not at the top, and without outputs there are no charts.
  await (await tokenDevice(env, { port: croft.mqttPort })).close();
  expect(await weightOf(`/units/${unit.id}`)).toBeLessThan(150 * 1024);
});

test('so does the page of templates', async () => {
  expect(await weightOf('/templates')).toBeLessThan(150 * 1024);
});

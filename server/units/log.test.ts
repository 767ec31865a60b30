import { afterAll, describe, expect, test } from 'vitest';
import { tokenDevice } from '../testing/device.ts';
import { testInstance } from '../testing/instance.ts';
import { unitsOf } from '../testing/units.ts';

const croft = await testInstance();
afterAll(() => croft.close());
const ada = await croft.user('ada');
const { makeUnit } = unitsOf(ada, { output_variables: ['temperature'] });
const { unit, env } = await makeUnit('token');
const device = await tokenDevice(env, { port: croft.mqttPort });
for (const [level, text] of [
  ['info', 'Pump ON'],
  ['warning', 'Насос горячий'],
  ['info', '100% of the tank'],
  ['info', '100 litres'],
]) {
  await device.publish('log', { level, text });
}
await device.close();

const params = { id: unit.id };
const texts = async (query: { search?: string; level?: string; before?: number; limit?: number }) =>
  (await ada.call('GET /api/units/:id/log', { params, query })).map(({ text }) => text);

describe('the log of a unit', () => {
  test('is found by what a line holds, in either case and every script', async () => {
    expect(await texts({ search: 'pump on' })).toEqual(['Pump ON']);
    expect(await texts({ search: 'НАСОС' })).toEqual(['Насос горячий']);
    expect(await texts({ search: '100%' })).toEqual(['100% of the tank']);
    expect(await texts({ search: '_' })).toEqual([]);
  });

  test('is shown by level, newest first', async () => {
    expect(await texts({ level: 'info' })).toEqual(['100 litres', '100% of the tank', 'Pump ON']);
    expect(await texts({ level: 'info', search: '100' })).toEqual(['100 litres', '100% of the tank']);
  });

  test('is read on from the oldest line known', async () => {
    const newest = await ada.call('GET /api/units/:id/log', { params, query: { limit: 2 } });
    expect(newest.map(({ text }) => text)).toEqual(['100 litres', '100% of the tank']);
    expect(await texts({ before: newest.at(-1)?.id ?? 0, limit: 2 })).toEqual(['Насос горячий', 'Pump ON']);
  });
});

import type { Page } from 'playwright-core';
import { afterAll } from 'vitest';
import type { TestClient } from '../../server/testing/client.ts';
import { tokenDevice } from '../../server/testing/device.ts';
import type { TestInstance } from '../../server/testing/instance.ts';
import type { Unit } from '../../server/testing/units.ts';

export const sends = {
  output_variables: {
    temperature: { type: 'number', title: 'Air temperature', unit: 'Cel' },
    rain: { type: 'boolean', title: 'Rain' },
  },
};
const takes = {
  input_variables: {
    target: { type: 'number', title: 'Target', unit: 'Cel', minimum: -50, maximum: 50 },
    sign: { type: 'string', title: 'Sign' },
  },
};

export const card = (page: Page, name: string) => page.getByRole('group', { name, exact: true });
export const edges = (page: Page) => page.locator('.svelte-flow__edge');
export const rows = (page: Page) => page.getByRole('list', { name: 'Links' }).getByRole('listitem');

export const variable = (unit: Unit, name: string) => unit.variables.find((one) => one.name === name)?.id ?? '';

export const make = (owner: TestClient, name: string, schema: object, sector: string | null = null) =>
  owner.call('POST /api/units', { body: { name, sector, schema: JSON.stringify(schema), security: 'token' } });

/** What ada can link: outputs of a weather station in the garden, with its device, and inputs of a heater in the house. */
export async function weatherAndHeater(croft: TestInstance) {
  const ada = await croft.user('ada');
  const garden = await ada.call('POST /api/sectors', { body: { path: '/Garden' } });
  const house = await ada.call('POST /api/sectors', { body: { path: '/House' } });
  const weather = await make(ada, 'Weather', sends, garden.id);
  const heater = await make(ada, 'Heater', takes, house.id);
  const env = await ada.call('GET /api/units/:id/env', { params: { id: weather.id } });
  const device = await tokenDevice(env, { port: croft.mqttPort });
  afterAll(() => device.close());
  return {
    ada,
    weather,
    heater,
    device,
    link: (output: string, input: string, settings = {}) =>
      ada.call('POST /api/links', { body: { output, input, ...settings } }),
    links: async () => (await ada.call('GET /api/links')).map(({ id }) => id),
  };
}

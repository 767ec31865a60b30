import { afterAll, beforeAll, expect, test } from 'vitest';
import { sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';

let croft: TestInstance;
beforeAll(async () => {
  croft = await testInstance();
});
afterAll(() => croft.close());

const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number', minimum: -40, maximum: 125, unit: 'Cel' } },
};

test('a sealed value is in the history when the device has its acknowledgement', async () => {
  const owner = await croft.user('ada');
  const unit = await owner.call('POST /api/units', { body: { name: 'Shed', schema } });
  const env = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await device.publish('output/temperature', 21.5);

  const variable = unit.variables.find(({ name }) => name === 'temperature');
  const history = await owner.call('GET /api/variables/:id/history', { params: { id: variable?.id ?? '' }, query: {} });
  expect((history as unknown as { points: [number, number][] }).points.map(([, value]) => value)).toEqual([21.5]);
  await device.close();
});

test('an input reaches the device, and its acknowledgement confirms it', async () => {
  const owner = await croft.user('bob');
  const unit = await owner.call('POST /api/units', { body: { name: 'Lamp', schema } });
  const env = await owner.call('GET /api/units/:id/env', { params: { id: unit.id } });
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await device.subscribe('input/+', 'world');
  const lamp = unit.variables.find(({ name }) => name === 'lamp');
  await owner.call('PUT /api/variables/:id/value', { params: { id: lamp?.id ?? '' }, body: { value: true } });

  await eventually(() => expect(device.heardOn('input/lamp')).toEqual([true]));
  await eventually(async () => {
    const { confirmedAt } = await owner.call('GET /api/variables/:id', { params: { id: lamp?.id ?? '' } });
    expect(confirmedAt).not.toBeNull();
  });
  expect(device.heardOn('world')).toHaveLength(1);
  await device.close();
});

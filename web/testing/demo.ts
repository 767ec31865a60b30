import type { TestClient } from '../../server/testing/client.ts';
import { sealedDevice, type tokenDevice } from '../../server/testing/device.ts';
import type { TestInstance } from '../../server/testing/instance.ts';

const climate = {
  unit_state: ['ip', 'memory_used', 'memory_free', 'uptime', 'rssi', 'firmware'],
  input_variables: {
    lamp: { type: 'boolean', title: 'Grow lamp' },
    level: { type: 'number', title: 'Vent', minimum: 0, maximum: 100, unit: '%' },
    mode: { type: 'string', title: 'Mode', enum: ['off', 'auto', 'boost'] },
    label: { type: 'string', title: 'Display text', maxLength: 20 },
    target: { type: 'number', title: 'Target', unit: 'Cel' },
    plan: { type: 'object', title: 'Plan' },
  },
  output_variables: {
    temperature: { type: 'number', title: 'Air temperature', unit: 'Cel', minimum: -40, maximum: 85, interval: 10 },
    door: { type: 'string', title: 'Door', enum: ['open', 'closed'] },
    raining: { type: 'boolean', title: 'Rain' },
    report: { type: 'object', title: 'Report' },
  },
};

const example = { PEPEUNIT_TOKEN: '', WIFI_SSID: '', NAME: 'greenhouse', PUBLISH_SECONDS: 10, FAN_INSTALLED: true };

/** A place as somebody might have it: sectors, a unit whose device talked, one that never came, virtual ones. */
export async function makeDemo(croft: TestInstance, owner: TestClient) {
  const yard = await owner.call('POST /api/sectors', { body: { path: '/home/Back yard' } });
  const shed = await owner.call('POST /api/sectors', { body: { path: '/home/Back yard/Wood shed' } });
  const body = { name: 'Greenhouse', sector: yard.id, schema: climate, example };
  const greenhouse = await owner.call('POST /api/units', { body });
  const awaited = await owner.call('POST /api/units', { body: { ...body, name: 'Shed board', sector: shed.id } });
  const plain = await owner.call('POST /api/units', {
    body: { ...body, name: 'Script', sector: shed.id, security: 'token' },
  });
  await owner.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp', sector: yard.id } });
  await owner.call('POST /api/units/virtual', { body: { simulation: 'alarmed-door' } });
  const env = await owner.call('GET /api/units/:id/env', { params: { id: greenhouse.id } });
  const device = await sealedDevice(env, { port: croft.mqttPort });
  await device.publish('state', {
    ...{ ip: '192.168.1.23', memory_used: 21_504, memory_free: 17_408, uptime: 273_840, rssi: -61, firmware: '1.0.3' },
  });
  await sendPast(device);
  await device.publish('output/report', { battery: 3.71, errors: [] });
  await device.publish('log', { level: 'info', text: 'started, brown-out detector off' });
  await device.publish('log', { level: 'warning', text: 'sensor answered late (212 ms)' });
  await device.publish('output/temperature', 'warm');
  await device.publish('output/tempratur', 21.5);
  await device.subscribe('input/+');
  return { yard, shed, greenhouse, awaited, plain, device };
}

type Device = Awaited<ReturnType<typeof sealedDevice | typeof tokenDevice>>;

/** Ten minutes of values, as a device that was away sends them: one SenML pack with their own times. */
async function sendPast(device: Device): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  const times = Array.from({ length: 60 }, (_, index) => now - 600 + index * 10);
  await device.publish(
    'output',
    times.map((t, index) => ({ n: 'temperature', u: 'Cel', t, v: Math.round(2150 + 90 * Math.sin(index / 9)) / 100 })),
  );
  const moves = [now - 560, now - 300, now - 280, now - 90];
  await device.publish('output', [
    ...moves.map((t, index) => ({ n: 'door', t, vs: index % 2 ? 'open' : 'closed' })),
    ...moves.map((t, index) => ({ n: 'raining', t: t + 20, vb: index % 2 === 0 })),
  ]);
}

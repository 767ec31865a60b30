import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

type Message = { id: string; command: string; args: unknown[] };

let croft: TestInstance;
let owner: TestClient;
let units: ReturnType<typeof unitsOf>;

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  units = unitsOf(owner, { output_variables: { n: { type: 'integer' } } });
});
afterAll(() => croft.close());

const order = (unit: Unit, body: { command: string; args?: never[]; expiresIn?: number }) =>
  owner.call('POST /api/units/:id/commands', { params: { id: unit.id }, body });
const receiptOf = (id: string) => owner.call('GET /api/commands/:id', { params: { id } });
const reaches = (id: string, status: string) =>
  eventually(async () => expect((await receiptOf(id)).status).toBe(status));
const heardBy = (device: { heardOn: (rest: string) => unknown[] }) => device.heardOn('command') as Message[];

describe('a command', () => {
  test('goes queued → sent → received → done, by the words of the device', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('command');
    const { id, status } = await order(unit, { command: 'reboot', args: ['now'] as never[] });
    expect(status).toBe('queued');
    await eventually(() => expect(heardBy(device)).toEqual([{ id, command: 'reboot', args: ['now'] }]));
    await reaches(id, 'sent');
    await device.publish('receipt', { id, status: 'received' });
    expect((await receiptOf(id)).status).toBe('received');
    await device.publish('receipt', { id, status: 'done', detail: 'rebooted' });
    expect(await receiptOf(id)).toMatchObject({ status: 'done', detail: 'rebooted' });
    await device.close();
  });

  test('waits for a unit that is away, in order, and is sent again until there is a receipt', async () => {
    const { unit, env } = await units.makeUnit();
    const first = await order(unit, { command: 'log' });
    const second = await order(unit, { command: 'reboot' });
    const device = await sealedDevice(env, { port: croft.mqttPort, n: 1 });
    await device.subscribe('command');
    await eventually(() => expect(heardBy(device).map(({ id }) => id)).toEqual([first.id, second.id]));
    await device.publish('receipt', { id: first.id, status: 'failed', detail: { why: 'no log' } });
    await device.close();
    const again = await sealedDevice(env, { port: croft.mqttPort, n: 2 });
    await again.subscribe('command');
    await eventually(() => expect(heardBy(again).map(({ id }) => id)).toEqual([second.id]));
    expect(await receiptOf(first.id)).toMatchObject({ status: 'failed', detail: '{"why":"no log"}' });
    await again.close();
  });

  test('expires, or is cancelled, and is then not sent', async () => {
    const { unit, env } = await units.makeUnit();
    const short = await order(unit, { command: 'reboot', expiresIn: 1 });
    const unwanted = await order(unit, { command: 'reboot' });
    await owner.call('DELETE /api/commands/:id', { params: { id: unwanted.id } });
    await eventually(async () => expect((await receiptOf(short.id)).status).toBe('expired'), 10_000);
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('command');
    const { id } = await order(unit, { command: 'log' });
    await eventually(() => expect(heardBy(device).map((one) => one.id)).toEqual([id]));
    await device.publish('receipt', { id, status: 'done' });
    await expect(owner.call('DELETE /api/commands/:id', { params: { id } })).rejects.toThrow(/409/);
    const listed = await owner.call('GET /api/units/:id/commands', { params: { id: unit.id } });
    expect(listed.map(({ status }) => status)).toEqual(['done', 'cancelled', 'expired']);
    await device.close();
  });

  test('a late or repeated receipt brings nothing back; one for an unknown command is refused with a row', async () => {
    const { unit, env } = await units.makeUnit();
    const { unit: other } = await units.makeUnit();
    const foreign = await order(other, { command: 'reboot' });
    const { id } = await order(unit, { command: 'reboot' });
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.publish('receipt', { id, status: 'done' });
    await device.publish('receipt', { id, status: 'received' });
    expect((await receiptOf(id)).status).toBe('done');
    await device.publish('receipt', { id: foreign.id, status: 'done' });
    await device.publish('receipt', { id, status: 'perhaps' });
    expect((await receiptOf(foreign.id)).status).toBe('queued');
    const rows = await owner.call('GET /api/units/:id/refusals', { params: { id: unit.id } });
    expect(rows.map(({ reason }) => reason).sort()).toEqual(['bad-receipt', 'unknown-receipt']);
    await device.close();
  });

  test('is for the owner alone, and no more than fifty wait', async () => {
    const { unit } = await units.makeUnit();
    const stranger = await croft.user('eve');
    const { id } = await order(unit, { command: 'reboot' });
    const calls = await Promise.allSettled([
      stranger.call('POST /api/units/:id/commands', { params: { id: unit.id }, body: { command: 'reboot' } }),
      stranger.call('GET /api/units/:id/commands', { params: { id: unit.id } }),
      stranger.call('GET /api/commands/:id', { params: { id } }),
      stranger.call('DELETE /api/commands/:id', { params: { id } }),
    ]);
    for (const call of calls) expect(String(call.status === 'rejected' && call.reason)).toContain('404');
    for (let waiting = 1; waiting < 50; waiting++) await order(unit, { command: 'reboot' });
    await expect(order(unit, { command: 'reboot' })).rejects.toThrow(/409/);
  });
});

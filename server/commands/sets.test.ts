import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import type { TestClient } from '../testing/client.ts';
import { sealedDevice, tokenDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { type LivePage, livePage } from '../testing/live-page.ts';
import { type Unit, unitsOf } from '../testing/units.ts';

type Receipt = ApiReply<'POST /api/tx'>;

let croft: TestInstance;
let owner: TestClient;
let units: ReturnType<typeof unitsOf>;

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  units = unitsOf(owner, {
    input_variables: { on: { type: 'boolean' }, level: { type: 'number', maximum: 100 }, title: { type: 'string' } },
    output_variables: { power: { type: 'number' } },
  });
});
afterAll(() => croft.close());

const tx = (line: string, more: { expiresIn?: number } = {}) => owner.call('POST /api/tx', { body: { line, ...more } });
const receiptOf = ({ id }: Receipt) => owner.call('GET /api/commands/:id', { params: { id } });
const reaches = (receipt: Receipt, status: Receipt['status'], within?: number) =>
  eventually(async () => expect(await receiptOf(receipt)).toMatchObject({ status }), within);
const cancel = ({ id }: Receipt) => owner.call('DELETE /api/commands/:id', { params: { id } });
const currentOf = async (unit: Unit, name: string) =>
  (await owner.call('GET /api/variables/:id', { params: { id: units.variableOf(unit, name) } })).value;

describe('a set by address', () => {
  test('is sent to a device that is there, and done when it has acknowledged the value', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/+');
    const receipt = await tx(`tx /${unit.name} on true`);
    expect(receipt).toMatchObject({ unit: unit.id, command: 'set', args: ['on', true], isTest: false });
    expect(receipt.line).toBe(`tx /${unit.name} on true`);
    await reaches(receipt, 'done');
    expect(device.heardOn('input/on')).toEqual([true]);
    const { sentAt, finishedAt, detail } = await receiptOf(receipt);
    expect(sentAt && finishedAt && sentAt <= finishedAt && detail === '').toBe(true);
    await device.close();
  });

  test('is no more than sent while the device says nothing, and cannot be cancelled then', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: croft.mqttPort, n: 1 });
    await device.subscribe('input/+');
    device.client.handleMessage = () => undefined;
    const lost = await tx(`/${unit.name} level 1`);
    await reaches(lost, 'sent');
    await expect(cancel(lost)).rejects.toThrow(/409/);
    await device.close();
    const next = await tx(`/${unit.name} level 2`);
    expect(await receiptOf(lost)).toMatchObject({ status: 'sent' });
    const again = await sealedDevice(env, { port: croft.mqttPort, n: 2 });
    await again.subscribe('input/+');
    await reaches(next, 'done');
    await reaches(lost, 'failed');
    expect((await receiptOf(lost)).detail).toContain('newer value');
    expect(again.heardOn('input/level')).toEqual([2]);
    await again.close();
  });

  test('waits for a unit that is away; older values that it never got are superseded', async () => {
    const { unit, env } = await units.makeUnit('token');
    const receipts: Receipt[] = [];
    for (const level of [1, 2, 3]) receipts.push(await tx(`/${unit.name} set level ${level}`));
    const other = await tx(`/${unit.name} on off`);
    const [first, second, third] = await Promise.all(receipts.map(receiptOf));
    for (const old of [first, second]) {
      expect(old).toMatchObject({ status: 'failed', detail: expect.stringContaining('newer value') });
    }
    expect(third?.status).toBe('queued');
    const device = await tokenDevice(env, { port: croft.mqttPort });
    await device.subscribe('command', 'input/+');
    for (const receipt of [receipts[2], other]) if (receipt) await reaches(receipt, 'done');
    expect(device.heardOn('input/level')).toEqual([3]);
    expect(device.heardOn('command')).toEqual([]);
    await device.close();
  });

  test('given many times at once leaves one that waits: that of the value that stays', async () => {
    const { unit } = await units.makeUnit();
    const levels = Array.from({ length: 20 }, (_, level) => level);
    const receipts = await Promise.all(levels.map((level) => tx(`/${unit.name} level ${level}`)));
    await eventually(async () => {
      const now = await Promise.all(receipts.map(receiptOf));
      expect(now.filter(({ status }) => status === 'failed').length).toBe(19);
      const [waiting] = now.filter(({ status }) => status === 'queued');
      expect(waiting?.args).toEqual(['level', await currentOf(unit, 'level')]);
    });
  });

  test('is superseded by a value that was set in another way, too', async () => {
    const { unit, env } = await units.makeUnit();
    const receipt = await tx(`/${unit.name} level 1`);
    await units.setInput(unit, 'level', 7);
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/level');
    await reaches(receipt, 'failed');
    expect(device.heardOn('input/level')).toEqual([7]);
    await device.close();
  });

  test('expires, and the value stays set', async () => {
    const { unit, env } = await units.makeUnit();
    const receipt = await tx(`/${unit.name} level 5`, { expiresIn: 1 });
    await reaches(receipt, 'expired', 10_000);
    expect((await receiptOf(receipt)).detail).toContain('The value stays set');
    expect(await currentOf(unit, 'level')).toBe(5);
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/level');
    await eventually(() => expect(device.heardOn('input/level')).toEqual([5]));
    expect((await receiptOf(receipt)).status).toBe('expired');
    await device.close();
  });

  test('is cancelled before the unit is back: the input goes back to its value of before', async () => {
    const { unit, env } = await units.makeUnit();
    const first = await tx(`/${unit.name} level 1`);
    expect(await cancel(first)).toMatchObject({ status: 'cancelled', detail: expect.stringContaining('stays set') });
    const second = await tx(`/${unit.name} level 2`);
    expect(await cancel(second)).toMatchObject({ status: 'cancelled', detail: 'The input is back at 1.' });
    expect(await currentOf(unit, 'level')).toBe(1);
    await expect(cancel(second)).rejects.toThrow(/409/);
    const third = await tx(`/${unit.name} level 3`);
    await units.setInput(unit, 'level', 4);
    expect(await cancel(third)).toMatchObject({ detail: expect.stringContaining('newer value') });
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/level');
    await eventually(() => expect(device.heardOn('input/level')).toEqual([4]));
    await device.close();
  });

  test('is done at once by a virtual unit, also where the simulation has no use for it', async () => {
    const lamp = await owner.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp', name: 'Lamp' } });
    const schema = { ...lamp.schema, input_variables: { ...Object(lamp.schema.input_variables), mood: {} } };
    await owner.call('PUT /api/units/:id/schema', { params: { id: lamp.id }, body: { schema } });
    expect(await tx('/Lamp lamp yes')).toMatchObject({ status: 'done', args: ['lamp', true] });
    expect(await tx('/Lamp mood {"calm": [1, 2]}')).toMatchObject({ status: 'done', args: ['mood', { calm: [1, 2] }] });
    await expect(tx('/Lamp reboot')).rejects.toThrow(
      '/Lamp understands: set <input> <value>, lamp <value>, level <value>, mood <value>.',
    );
  });

  test('of a unit that is away outlives a restart of the instance', async () => {
    const { unit, env } = await units.makeUnit();
    const receipt = await tx(`/${unit.name} level 9`);
    const never = await tx(`/${unit.name} title lost in a crash`);
    // As if the instance had ended between the receipt and the value.
    await croft.db
      .updateTable('commands')
      .set({ valueAt: new Date(Date.now() + 60_000), createdAt: new Date(Date.now() - 600_000) })
      .where('uuid', '=', never.id)
      .execute();
    await croft.restart();
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/level');
    await reaches(receipt, 'done');
    await reaches(never, 'failed', 10_000);
    expect((await receiptOf(never)).detail).toContain('not stored');
    await device.close();
  });

  test('is told live to who gave it by a grant, as long as they hold that', async () => {
    const ben = await croft.user('ben');
    const { unit, env } = await units.makeUnit();
    const body = { variable: units.variableOf(unit, 'on'), access: 'write' as const, user: 'ben' };
    const grant = await owner.call('POST /api/grants', { body });
    const [hers, his] = [await livePage(owner, { units: unit.id }), await livePage(ben, { units: unit.id })];
    const statuses = (page: LivePage, { id }: Receipt) =>
      page.of('command').flatMap((told) => (told.id === id ? [told.status] : []));
    const give = (value: boolean) => ben.call('POST /api/tx', { body: { line: `ada:/${unit.name} on ${value}` } });
    const first = await give(true);
    expect(first.status).toBe('queued');
    await ben.call('DELETE /api/commands/:id', { params: { id: first.id } });
    await eventually(() => expect(statuses(his, first).at(-1)).toBe('cancelled'));
    expect(statuses(his, first)).toEqual(statuses(hers, first));
    const second = await give(false);
    const others = await tx(`/${unit.name} level 1`);
    await eventually(() => expect(statuses(his, second)).toEqual(statuses(hers, second)));
    const before = statuses(his, second);
    await owner.call('DELETE /api/grants/:id', { params: { id: grant.id } });
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/+');
    await eventually(() => expect(statuses(hers, second).at(-1)).toBe('done'));
    await eventually(() => expect(statuses(hers, others).at(-1)).toBe('done'));
    expect(statuses(his, second)).toEqual(before);
    expect(statuses(his, others)).toEqual([]);
    for (const page of [hers, his]) await page.close();
    await device.close();
  });

  test('finds no room where fifty wait', async () => {
    const { unit } = await units.makeUnit();
    const body = { command: 'reboot' };
    for (let count = 0; count < 50; count++) {
      await owner.call('POST /api/units/:id/commands', { params: { id: unit.id }, body });
    }
    for (const test of ['', ' --test']) await expect(tx(`/${unit.name} on true${test}`)).rejects.toThrow(/409/);
    expect(await currentOf(unit, 'on')).toBe(null);
  });
});

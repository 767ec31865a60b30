import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import { ProblemError, type TestClient } from '../testing/client.ts';
import { sealedDevice } from '../testing/device.ts';
import { eventually } from '../testing/eventually.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
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

const tx = (line: string, more: { here?: string } = {}, by = owner) =>
  by.call('POST /api/tx', { body: { line, ...more } });
const receiptOf = ({ id }: Receipt) => owner.call('GET /api/commands/:id', { params: { id } });
const currentOf = async (unit: Unit, name: string) =>
  (await owner.call('GET /api/variables/:id', { params: { id: units.variableOf(unit, name) } })).value;

async function faultOf(line: string, by = owner): Promise<{ at: number | undefined; message: string }> {
  const error = await tx(line, {}, by).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProblemError)) throw new Error(`no fault in ${line}`);
  expect(error.status).toBe(422);
  const [issue] = error.issues;
  expect(issue?.path).toBe('/line');
  return { at: issue?.at, message: issue?.message ?? '' };
}

describe('a dry run', () => {
  const everything = async () => {
    const tables = ['events', 'commands', 'currentValues'] as const;
    return Promise.all(tables.map((table) => croft.db.selectFrom(table).selectAll().execute()));
  };

  test('checks everything, says what would be done, and writes nothing', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/+', 'command');
    const before = await everything();
    expect(await tx(`tx /${unit.name} level 40 --test`)).toMatchObject({
      ...{ status: 'done', isTest: true, command: 'set', args: ['level', 40], sentAt: null },
      detail: 'level would be set to 40.',
    });
    expect(await tx(`tx --test /${unit.name} reboot`)).toMatchObject({ detail: 'reboot would be sent.', isTest: true });
    expect((await faultOf(`tx /${unit.name} level 400 --test`)).message).toContain('above the maximum');
    expect(await everything()).toEqual(before);
    const { id } = await tx(`/${unit.name} send marker`);
    await eventually(() => expect(device.heardOn('command')).toEqual([{ id, command: 'marker', args: [] }]));
    expect(device.heard.filter(({ topic }) => topic.includes('/input/'))).toEqual([]);
    await device.close();
  });
});

describe('a message by address', () => {
  test('reaches a sealed board by its own words, and any program by send', async () => {
    const { unit, env } = await units.makeUnit();
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('command');
    const reboot = await tx(`/${unit.name} reboot now`);
    const other = await tx(`/${unit.name} send greet 15.0 "two words" {"a": 1}`);
    await eventually(() =>
      expect(device.heardOn('command')).toEqual([
        { id: reboot.id, command: 'reboot', args: ['now'] },
        { id: other.id, command: 'greet', args: [15, 'two words', { a: 1 }] },
      ]),
    );
    await device.publish('receipt', { id: reboot.id, status: 'received' });
    await device.publish('receipt', { id: reboot.id, status: 'done', detail: 'restarted' });
    expect(await receiptOf(reboot)).toMatchObject({ status: 'done', detail: 'restarted' });
    await device.close();
  });

  test('of a board’s own words is not understood by a unit with a token', async () => {
    const { unit } = await units.makeUnit('token');
    expect((await faultOf(`/${unit.name} reboot`)).message).toContain('title <value>, send <command> [args…].');
    expect((await tx(`/${unit.name} send reboot`)).status).toBe('queued');
  });
});

describe('a line', () => {
  test('may begin at a sector, and its faults say where they are', async () => {
    const sector = await owner.call('POST /api/sectors', { body: { path: '/home/Back yard' } });
    const { unit } = await units.makeUnit();
    const body = { sector: sector.id, name: 'Big light' };
    await owner.call('PATCH /api/units/:id', { params: { id: unit.id }, body });
    for (const here of ['/home', 'home/', '/home/']) {
      expect(await tx('Back yard/Big light on', { here }).catch(String)).toContain('Give on a value');
      expect((await tx('Back yard/Big light on true', { here })).args).toEqual(['on', true]);
    }
    const line = 'tx /home/Back yard/Big light level 400';
    expect(await faultOf(line)).toEqual({ at: line.indexOf('400'), message: 'level: 400 is above the maximum 100.' });
    expect(await faultOf('tx /home/Back yard/Small light on')).toMatchObject({ at: 19 });
    expect((await faultOf('x'.repeat(4_001))).at).toBe(4_000);
  });

  test('for somebody else’s unit answers as if there were none', async () => {
    const { unit } = await units.makeUnit();
    const visibility = { params: { id: unit.id }, body: { visibility: 'public' as const } };
    await owner.call('PATCH /api/units/:id', visibility);
    const stranger = await croft.user('eve');
    const [there, missing] = [`ada:/${unit.name} on true`, 'ada:/Missing on true'];
    expect(await faultOf(there, stranger)).toEqual(await faultOf(missing, stranger));
    expect(await stranger.call('GET /api/tx/completion', { query: { line: 'ada:/' } })).toEqual({
      from: 0,
      options: [],
    });
    const receipt = await tx(there);
    await expect(stranger.call('GET /api/commands/:id', { params: { id: receipt.id } })).rejects.toThrow(/404/);
    await expect(stranger.call('DELETE /api/commands/:id', { params: { id: receipt.id } })).rejects.toThrow(/404/);
    expect(await stranger.call('GET /api/commands', { query: {} })).toEqual([]);
    expect(await currentOf(unit, 'on')).toBe(true);
  });

  test('for a granted input reaches that one, for as long as it is granted', async () => {
    const { unit } = await units.makeUnit();
    const friend = await croft.user('fay');
    const body = { variable: units.variableOf(unit, 'level'), access: 'write' as const, user: 'fay' };
    const grant = await owner.call('POST /api/grants', { body });
    const line = `ada:/${unit.name} level 3`;
    const receipt = await tx(line, {}, friend);
    expect(receipt).toMatchObject({ status: 'queued', args: ['level', 3] });
    for (const kept of ['on true', 'reboot', 'send reboot']) {
      const { message } = await faultOf(`ada:/${unit.name} ${kept}`, friend);
      expect(message).toBe(`ada:/${unit.name} understands: set <input> <value>, level <value>.`);
    }
    const message = { params: { id: unit.id }, body: { command: 'reboot' } };
    const { id } = await owner.call('POST /api/units/:id/commands', message);
    await expect(friend.call('GET /api/commands/:id', { params: { id } })).rejects.toThrow(/404/);
    expect((await friend.call('GET /api/commands', { query: {} })).map((one) => one.id)).toEqual([receipt.id]);
    const { options } = await friend.call('GET /api/tx/completion', { query: { line: '' } });
    expect(options).toEqual([{ text: 'ada:/', kind: 'sector' }]);
    await owner.call('DELETE /api/grants/:id', { params: { id: grant.id } });
    expect(await faultOf(line, friend)).toEqual({ at: 0, message: 'No unit is called like this.' });
    await expect(friend.call('DELETE /api/commands/:id', { params: { id: receipt.id } })).rejects.toThrow(/404/);
    expect(await friend.call('GET /api/commands', { query: {} })).toEqual([]);
  });

  test('is completed level by level, then by what the unit understands', async () => {
    const maker = await croft.user('max');
    const sector = await maker.call('POST /api/sectors', { body: { path: '/home/Wood "Shed"' } });
    const schema = { input_variables: { active: { type: 'boolean' } } };
    await maker.call('POST /api/units', { body: { name: 'Alarm', sector: sector.id, schema } });
    const complete = async (line: string) => {
      const { from, options } = await maker.call('GET /api/tx/completion', { query: { line } });
      return options.map(({ text }) => line.slice(0, from) + text);
    };
    let line = 'tx ';
    for (const expected of ['tx /home/', 'tx /home/Wood \\"Shed\\"/', 'tx /home/Wood \\"Shed\\"/Alarm ']) {
      expect(await complete(line)).toEqual([expected]);
      line = expected;
    }
    expect(await complete(`${line}s`)).toEqual([`${line}set `, `${line}send `]);
    expect(await complete(`${line}set a`)).toEqual([`${line}set active `]);
    expect(await complete(`${line}active t`)).toEqual([`${line}active true`]);
    expect((await tx(`${line}active true`, {}, maker)).args).toEqual(['active', true]);
  });

  test('stands in the history of who typed it, newest first, a page at a time', async () => {
    const typist = await croft.user('tim');
    await typist.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp', name: 'Lamp' } });
    const lines = ['/Lamp level 1', 'tx /Lamp level 2', 'tx  /Lamp  lamp off'];
    for (const line of lines) await tx(line, {}, typist);
    const page = await typist.call('GET /api/commands', { query: { limit: 2 } });
    expect(page.map(({ line }) => line)).toEqual([lines[2], lines[1]]);
    const next = await typist.call('GET /api/commands', { query: { limit: 2, before: page[1]?.id } });
    expect(next.map(({ line }) => line)).toEqual([lines[0]]);
  });
});

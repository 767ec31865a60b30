import { afterAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import { eventually } from '../testing/eventually.ts';
import { testInstance } from '../testing/instance.ts';

type OwnUnit = ApiReply<'POST /api/units'>;
type Shown = ApiReply<'GET /api/variables/:id'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.signUp('ann');
const bob = await croft.signUp('bob');
const anonymous = croft.anonymous();

const { body: sector } = await ann.call<{ id: string }>('POST /api/sectors', { path: '/home/Shed' });
const { body: unit } = await ann.call<OwnUnit>('POST /api/units', {
  name: 'Lamp',
  sector: sector.id,
  visibility: 'public',
  schema: {
    input_variables: { level: { type: 'number', minimum: 0, maximum: 100 }, text: { type: 'string', maxLength: 5 } },
    output_variables: { power: { type: 'number', unit: 'W' }, door: { enum: ['open', 'closed'], type: 'string' } },
  },
});
const idOf = (name: string) => unit.variables.find((one) => one.name === name)?.id ?? '';
const get = (caller: typeof ann, name: string) => caller.call<Shown>(`GET /api/variables/${idOf(name)}`);
const patch = (name: string, change: object) => ann.call<Shown>(`PATCH /api/variables/${idOf(name)}`, change);
const put = (name: string, value: unknown, caller = ann) =>
  caller.call<{ at: string }>(`PUT /api/variables/${idOf(name)}/value`, { value });

describe('a variable', () => {
  test('is shown with its unit and address', async () => {
    expect((await get(ann, 'power')).body).toMatchObject({
      id: idOf('power'),
      name: 'power',
      direction: 'output',
      definition: { type: 'number', unit: 'W' },
      writePolicy: 'every value',
      unit: { id: unit.id, name: 'Lamp', owner: 'ann', presence: 'never' },
      address: 'ann:/home/Shed/Lamp#power',
      owned: true,
    });
  });

  test('is shown to others if it is a readable output', async () => {
    expect((await get(anonymous, 'power')).body).toMatchObject({ name: 'power', owned: false });
    expect([(await get(bob, 'level')).status, (await get(anonymous, 'level')).status]).toEqual([404, 404]);
    await patch('power', { visibility: 'local' });
    expect([(await get(bob, 'power')).status, (await get(anonymous, 'power')).status]).toEqual([200, 404]);
    await patch('power', { visibility: 'private' });
    expect([(await get(bob, 'power')).status, (await get(ann, 'power')).status]).toEqual([404, 200]);
    await patch('power', { visibility: 'public' });
  });

  test('keeps the write policy it is given, and nothing else is changed by that', async () => {
    const before = (await get(ann, 'power')).body;
    const { status, body } = await patch('power', { writePolicy: 'deadband', deadband: 0.5 });
    expect([status, body]).toMatchObject([200, { writePolicy: 'deadband', deadband: 0.5, visibility: 'public' }]);
    expect((await get(ann, 'power')).body).toEqual({ ...before, writePolicy: 'deadband', deadband: 0.5 });
    expect((await patch('power', { writePolicy: 'on change' })).body).toMatchObject({ writePolicy: 'on change' });
  });

  test('has a deadband only as a number with a width', async () => {
    const onText = await patch('door', { writePolicy: 'deadband', deadband: 1 });
    expect([onText.status, onText.body]).toMatchObject([422, { issues: [{ path: '/writePolicy' }] }]);
    const without = await patch('power', { writePolicy: 'deadband', deadband: null });
    expect([without.status, without.body]).toMatchObject([422, { issues: [{ path: '/deadband' }] }]);
    expect((await patch('power', { deadband: -1 })).status).toBe(422);
  });

  test('of somebody else cannot be changed, readable or not', async () => {
    for (const name of ['power', 'level']) {
      const path = `/api/variables/${idOf(name)}`;
      expect((await bob.call(`PATCH ${path}`, { visibility: 'private' })).status).toBe(404);
      expect((await bob.call(`PUT ${path}/value`, { value: 1 })).status).toBe(404);
    }
    expect((await anonymous.call(`PATCH /api/variables/${idOf('power')}`, {})).status).toBe(401);
  });
});

describe('an input', () => {
  test('is stored before it is answered', async () => {
    const { status, body } = await put('level', 42.5);
    expect(status).toBe(200);
    expect((await get(ann, 'level')).body).toMatchObject({ value: 42.5, at: body.at, confirmedAt: null });
    expect((await put('text', 'hello')).status).toBe(200);
    expect((await get(ann, 'text')).body.value).toBe('hello');
  });

  test('refuses a value that does not fit, with the reason, and keeps the last one', async () => {
    await put('level', 7);
    const tooLarge = await put('level', 101);
    expect([tooLarge.status, tooLarge.body]).toMatchObject([
      422,
      { issues: [{ path: '/value', message: '101 is above the maximum 100' }] },
    ]);
    expect([(await put('level', 'high')).status, (await put('text', 'too long')).status]).toEqual([422, 422]);
    expect((await get(ann, 'level')).body.value).toBe(7);
  });

  test('is what can be set; an output is its unit alone', async () => {
    const answer = await put('power', 1);
    expect([answer.status, answer.body]).toMatchObject([403, { title: 'An output is set by its unit alone.' }]);
  });
});

describe('a virtual unit', () => {
  test('confirms an input and shows what follows', async () => {
    const { body: lamp } = await ann.call<OwnUnit>('POST /api/units/virtual', { simulation: 'dimmer-lamp' });
    const variables = async () => (await ann.call<OwnUnit>(`GET /api/units/${lamp.id}`)).body;
    const variableOf = (of: OwnUnit, name: string) => of.variables.find((one) => one.name === name);
    await eventually(async () => expect(variableOf(await variables(), 'brightness')?.value).toBe(0));
    expect((await variables()).presence).toBe('online');
    const switched = lamp.variables.find(({ name }) => name === 'lamp');
    await ann.call(`PUT /api/variables/${switched?.id}/value`, { value: true });
    await eventually(async () => {
      const now = await variables();
      expect(variableOf(now, 'brightness')?.value).toBeGreaterThan(700);
      expect(variableOf(now, 'lamp')?.confirmedAt).not.toBeNull();
    });
  });

  test('refuses what its changed schema no longer allows, where its owner sees it', async () => {
    const { body: station } = await ann.call<OwnUnit>('POST /api/units/virtual', { simulation: 'weather-station' });
    const schema = { output_variables: { temperature: { type: 'number', minimum: 80 } } };
    await ann.call(`PUT /api/units/${station.id}/schema`, { schema });
    await eventually(async () => {
      const { body } = await ann.call<ApiReply<'GET /api/units/:id/refusals'>>(`GET /api/units/${station.id}/refusals`);
      expect(body[0]).toMatchObject({ reason: 'bad-value', count: expect.any(Number) });
    });
  });
});

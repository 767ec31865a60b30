import { afterAll, describe, expect, test } from 'vitest';
import type { ApiInput, ApiReply } from '../contract.ts';
import { eventually } from '../testing/eventually.ts';
import { testInstance } from '../testing/instance.ts';
import type { JsonValue } from './definition.ts';

type Change = ApiInput<'PATCH /api/variables/:id'>['body'];

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.user('ann');
const bob = await croft.user('bob');
const anonymous = croft.anonymous;

const sector = await ann.call('POST /api/sectors', { body: { path: '/home/Shed' } });
const unit = await ann.call('POST /api/units', {
  body: {
    name: 'Lamp',
    sector: sector.id,
    visibility: 'public',
    schema: {
      input_variables: { level: { type: 'number', minimum: 0, maximum: 100 }, text: { type: 'string', maxLength: 5 } },
      output_variables: { power: { type: 'number', unit: 'W' }, door: { enum: ['open', 'closed'], type: 'string' } },
    },
  },
});
const paramsOf = (name: string) => ({ id: unit.variables.find((one) => one.name === name)?.id ?? '' });
const get = (name: string, who = ann) => who.call('GET /api/variables/:id', { params: paramsOf(name) });
const change = (name: string, body: Change, who = ann) =>
  who.call('PATCH /api/variables/:id', { params: paramsOf(name), body });
const set = (name: string, value: JsonValue, who = ann) =>
  who.call('PUT /api/variables/:id/value', { params: paramsOf(name), body: { value } });

describe('a variable', () => {
  test('is shown with its unit and address', async () => {
    expect(await get('power')).toMatchObject({
      ...paramsOf('power'),
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
    const missing = { status: 404 };
    expect(await get('power', anonymous)).toMatchObject({ name: 'power', owned: false });
    await expect(get('level', bob)).rejects.toMatchObject(missing);
    await expect(get('level', anonymous)).rejects.toMatchObject(missing);
    await change('power', { visibility: 'local' });
    expect(await get('power', bob)).toMatchObject({ name: 'power' });
    await expect(get('power', anonymous)).rejects.toMatchObject(missing);
    await change('power', { visibility: 'private' });
    await expect(get('power', bob)).rejects.toMatchObject(missing);
    expect(await get('power')).toMatchObject({ visibility: 'private' });
    await change('power', { visibility: 'public' });
  });

  test('keeps the write policy it is given, and nothing else is changed by that', async () => {
    const before = await get('power');
    const policy = { writePolicy: 'deadband', deadband: 0.5 } as const;
    expect(await change('power', policy)).toMatchObject({ ...policy, visibility: 'public' });
    expect(await get('power')).toEqual({ ...before, ...policy });
    expect(await change('power', { writePolicy: 'on change' })).toMatchObject({ writePolicy: 'on change' });
  });

  test('has a deadband only as a number with a width', async () => {
    const onText = change('door', { writePolicy: 'deadband', deadband: 1 });
    await expect(onText).rejects.toMatchObject({ status: 422, issues: [{ path: '/writePolicy' }] });
    const without = change('power', { writePolicy: 'deadband', deadband: null });
    await expect(without).rejects.toMatchObject({ status: 422, issues: [{ path: '/deadband' }] });
    await expect(change('power', { deadband: -1 })).rejects.toMatchObject({ status: 422 });
  });

  test('of somebody else cannot be changed, readable or not', async () => {
    for (const name of ['power', 'level']) {
      await expect(change(name, { visibility: 'private' }, bob)).rejects.toMatchObject({ status: 404 });
      await expect(set(name, 1, bob)).rejects.toMatchObject({ status: 404 });
    }
    await expect(change('power', {}, anonymous)).rejects.toMatchObject({ status: 401 });
  });
});

describe('an input', () => {
  test('is stored before it is answered', async () => {
    const { at } = await set('level', 42.5);
    expect(await get('level')).toMatchObject({ value: 42.5, at, confirmedAt: null });
    await set('text', 'hello');
    expect((await get('text')).value).toBe('hello');
  });

  test('refuses a value that does not fit, with the reason, and keeps the last one', async () => {
    await set('level', 7);
    await expect(set('level', 101)).rejects.toMatchObject({
      status: 422,
      issues: [{ path: '/value', message: '101 is above the maximum 100' }],
    });
    await expect(set('level', 'high')).rejects.toMatchObject({ status: 422 });
    await expect(set('text', 'too long')).rejects.toMatchObject({ status: 422 });
    expect((await get('level')).value).toBe(7);
  });

  test('is what can be set; an output is its unit alone', async () => {
    await expect(set('power', 1)).rejects.toMatchObject({ status: 403 });
    expect((await get('power')).value).toBeNull();
  });
});

describe('a virtual unit', () => {
  const show = (id: string) => ann.call('GET /api/units/:id', { params: { id } });
  const variableOf = (of: ApiReply<'GET /api/units/:id'>, name: string) =>
    of.variables.find((one) => one.name === name);

  test('is there within a second, confirms an input and shows what follows', async () => {
    const { id, variables } = await ann.call('POST /api/units/virtual', { body: { simulation: 'dimmer-lamp' } });
    await eventually(async () => expect(variableOf(await show(id), 'brightness')?.value).toBe(0), 1_000);
    expect((await show(id)).presence).toBe('online');
    const lamp = { id: variables.find(({ name }) => name === 'lamp')?.id ?? '' };
    await ann.call('PUT /api/variables/:id/value', { params: lamp, body: { value: true } });
    await eventually(async () => {
      const now = await show(id);
      expect(variableOf(now, 'brightness')?.value).toBeGreaterThan(700);
      expect(variableOf(now, 'lamp')?.confirmedAt).not.toBeNull();
    });
  });

  test('is refused what its changed schema no longer allows, where its owner sees it', async () => {
    const { id } = await ann.call('POST /api/units/virtual', { body: { simulation: 'weather-station' } });
    const schema = { output_variables: { temperature: { type: 'number', minimum: 80 } } };
    await ann.call('PUT /api/units/:id/schema', { params: { id }, body: { schema } });
    await eventually(async () => {
      const [refusal] = await ann.call('GET /api/units/:id/refusals', { params: { id } });
      expect(refusal).toMatchObject({ reason: 'bad-value', detail: expect.stringContaining('below the minimum 80') });
    });
  });
});

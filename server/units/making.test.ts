import { afterAll, describe, expect, test } from 'vitest';
import type { ApiInput } from '../contract.ts';
import { testInstance } from '../testing/instance.ts';

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.user('ann');
const bob = await croft.user('bob');

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number', unit: 'Cel', interval: 10 }, note: {} },
};
type Wish = ApiInput<'POST /api/units'>['body'];
const make = (name: string, more: Partial<Wish> = {}) =>
  ann.call('POST /api/units', { body: { name, schema, ...more } });
const makeSector = (path: string, owner = ann) => owner.call('POST /api/sectors', { body: { path } });

describe('making a unit', () => {
  test('from values answers all of it, private and sealed until told otherwise', async () => {
    const unit = await make('Greenhouse', { example: { PIN: 4 } });
    expect(unit).toMatchObject({
      id: expect.stringMatching(uuidv7),
      name: 'Greenhouse',
      owner: 'ann',
      owned: true,
      kind: 'physical',
      simulation: null,
      direction: 'rxtx',
      sector: null,
      address: 'ann:/Greenhouse',
      security: 'sealed',
      visibility: 'private',
      presence: 'never',
      lastSeenAt: null,
      keysGeneration: 1,
      schema,
      example: { PIN: 4 },
      settings: {},
      state: {},
    });
    expect(unit.variables.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      'input lamp',
      'output temperature',
      'output note',
    ]);
    expect(unit.variables[1]).toMatchObject({
      id: expect.stringMatching(uuidv7),
      definition: schema.output_variables.temperature,
      value: null,
      at: null,
    });
    expect(await ann.call('GET /api/units/:id', { params: { id: unit.id } })).toEqual(unit);
  });

  test('from the text of a built-in example', async () => {
    const examples = await croft.anonymous.call('GET /api/unit-examples');
    expect(examples.map(({ title }) => title)).toEqual(['Weather station', 'Dimmer lamp', 'Alarmed door']);
    for (const { title, schema, example } of examples) {
      const unit = await make(`My ${title}`, { schema, example });
      expect(unit.schema).toEqual(JSON.parse(schema));
      expect(unit.simulation).toBeNull();
    }
  });

  test('with documents that cannot be makes nothing and says what is wrong in both, by their paths', async () => {
    const broken = { schema: { output_variables: { t: { type: 'float' } } }, example: '{"A": }' };
    await expect(make('Broken', broken)).rejects.toMatchObject({
      status: 422,
      code: 'invalid',
      issues: [{ path: '/schema/output_variables/t/type' }, { path: '/example' }],
    });
    const units = await ann.call('GET /api/units');
    expect(units.map(({ name }) => name)).not.toContain('Broken');
  });

  test('under a name that is taken in this sector is refused; in another sector, or of another user, it is not', async () => {
    const sector = await makeSector('/home/Back yard');
    await make('Twin');
    await expect(make('Twin')).rejects.toMatchObject({ status: 409, code: 'conflict' });
    expect((await make('Twin', { sector: sector.id })).address).toBe('ann:/home/Back yard/Twin');
    expect((await bob.call('POST /api/units', { body: { name: 'Twin', schema } })).owner).toBe('bob');
  });

  test("in a sector of somebody else's, or of nobody, is refused as not found", async () => {
    const foreign = await makeSector("/Bob's place", bob);
    for (const sector of [foreign.id, '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e']) {
      await expect(make('Stray', { sector })).rejects.toMatchObject({ status: 404 });
    }
  });

  test('at the same moment under one name makes one', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => make('Only one')));
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.status] : []));
    expect(refused).toEqual([409, 409, 409, 409]);
  });
});

describe('a virtual unit', () => {
  type Virtual = ApiInput<'POST /api/units/virtual'>['body'];
  const makeVirtual = (body: Virtual, owner = ann) => owner.call('POST /api/units/virtual', { body });

  test('has a name of its own', async () => {
    const made = [];
    for (let count = 0; count < 3; count++) made.push(await makeVirtual({ simulation: 'weather-station' }));
    expect(made.map(({ name }) => name)).toEqual(['Weather station', 'Weather station 2', 'Weather station 3']);
    expect(made[0]).toMatchObject({ kind: 'virtual', simulation: 'weather-station', direction: 'tx' });
  });

  test('takes the name and the sector it is given', async () => {
    const sector = await makeSector('/Лаборатория');
    const wish = { simulation: 'dimmer-lamp', name: 'Лампа', sector: sector.id } as const;
    expect(await makeVirtual(wish)).toMatchObject({ name: 'Лампа', address: 'ann:/Лаборатория/Лампа' });
    await expect(makeVirtual(wish)).rejects.toMatchObject({ status: 409 });
  });

  test('is one of twenty at most', async () => {
    const carol = await croft.user('carol');
    const tries = await Promise.allSettled(
      Array.from({ length: 25 }, () => makeVirtual({ simulation: 'alarmed-door' }, carol)),
    );
    const refused = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.status] : []));
    expect(refused).toEqual([409, 409, 409, 409, 409]);
    expect(await carol.call('GET /api/units')).toHaveLength(20);
  });
});

import { afterAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import { testInstance } from '../testing/instance.ts';

type OwnUnit = ApiReply<'POST /api/units'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.signUp('ann');
const bob = await croft.signUp('bob');

const uuidv7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const schema = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number', unit: 'Cel', interval: 10 }, note: {} },
};
const make = (name: string, more: object = {}) => ann.call<OwnUnit>('POST /api/units', { name, schema, ...more });

describe('making a unit', () => {
  test('from values answers all of it, private and sealed until told otherwise', async () => {
    const { status, body } = await make('Greenhouse', { example: { PIN: 4 } });
    expect(status).toBe(201);
    expect(body).toMatchObject({
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
    expect(body.variables.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      'input lamp',
      'output temperature',
      'output note',
    ]);
    expect(body.variables[1]).toMatchObject({
      id: expect.stringMatching(uuidv7),
      definition: schema.output_variables.temperature,
      value: null,
      at: null,
    });
    expect((await ann.call(`GET /api/units/${body.id}`)).body).toEqual(body);
  });

  test('from the text of a built-in example', async () => {
    const { body: examples } = await croft
      .anonymous()
      .call<ApiReply<'GET /api/unit-examples'>>('GET /api/unit-examples');
    expect(examples.map(({ title }) => title)).toEqual(['Weather station', 'Dimmer lamp', 'Alarmed door']);
    for (const { title, schema, example } of examples) {
      const { status, body } = await ann.call<OwnUnit>('POST /api/units', { name: `My ${title}`, schema, example });
      expect(status).toBe(201);
      expect(body.schema).toEqual(JSON.parse(schema));
      expect(body.simulation).toBeNull();
    }
  });

  test('with documents that cannot be makes nothing and says what is wrong in both, by their paths', async () => {
    const answer = await ann.call('POST /api/units', {
      name: 'Broken',
      schema: { output_variables: { t: { type: 'float' } } },
      example: '{"A": }',
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({
      code: 'invalid',
      issues: [{ path: '/schema/output_variables/t/type' }, { path: '/example' }],
    });
    const { body: units } = await ann.call<ApiReply<'GET /api/units'>>('GET /api/units');
    expect(units.map(({ name }) => name)).not.toContain('Broken');
  });

  test('under a name that is taken in this sector is refused; in another sector, or of another user, it is not', async () => {
    const { body: sector } = await ann.call<{ id: string }>('POST /api/sectors', { path: '/home/Back yard' });
    expect((await make('Twin')).status).toBe(201);
    const second = await make('Twin');
    expect([second.status, second.body]).toMatchObject([409, { code: 'conflict' }]);
    const inSector = await make('Twin', { sector: sector.id });
    expect([inSector.status, inSector.body.address]).toEqual([201, 'ann:/home/Back yard/Twin']);
    expect((await bob.call('POST /api/units', { name: 'Twin', schema })).status).toBe(201);
  });

  test("in a sector of somebody else's, or of nobody, is refused as not found", async () => {
    const { body: foreign } = await bob.call<{ id: string }>('POST /api/sectors', { path: "/Bob's place" });
    for (const sector of [foreign.id, '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e']) {
      expect((await make('Stray', { sector })).status).toBe(404);
    }
  });

  test('at the same moment under one name makes one', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => make('Only one')));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409]);
  });
});

describe('a virtual unit', () => {
  const makeVirtual = (body: object) => ann.call<OwnUnit>('POST /api/units/virtual', body);

  test('has a name of its own', async () => {
    const made = [];
    for (let count = 0; count < 3; count++) made.push(await makeVirtual({ simulation: 'weather-station' }));
    expect(made.map(({ body }) => body.name)).toEqual(['Weather station', 'Weather station 2', 'Weather station 3']);
    expect(made[0]?.body).toMatchObject({ kind: 'virtual', simulation: 'weather-station', direction: 'tx' });
  });

  test('takes the name and the sector it is given', async () => {
    const { body: sector } = await ann.call<{ id: string }>('POST /api/sectors', { path: '/Лаборатория' });
    const wish = { simulation: 'dimmer-lamp', name: 'Лампа', sector: sector.id };
    expect((await makeVirtual(wish)).body).toMatchObject({ name: 'Лампа', address: 'ann:/Лаборатория/Лампа' });
    expect((await makeVirtual(wish)).status).toBe(409);
  });

  test('is one of twenty at most', async () => {
    const carol = await croft.signUp('carol');
    const answers = await Promise.all(
      Array.from({ length: 25 }, () => carol.call('POST /api/units/virtual', { simulation: 'alarmed-door' })),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  });
});

import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import { testInstance } from '../testing/instance.ts';

type OwnUnit = ApiReply<'POST /api/units'>;
type Changes = ApiReply<'POST /api/units/:id/schema-changes'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.signUp('ann');
const bob = await croft.signUp('bob');

const before = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number' }, door: { type: 'string' }, lamp: { type: 'boolean' } },
};
const after = {
  input_variables: { level: { type: 'number' } },
  output_variables: { lamp: { type: 'boolean' }, temperature: { type: 'integer', maximum: 50 } },
};
let unit: OwnUnit;
let count = 0;
beforeEach(async () => {
  count++;
  unit = (await ann.call<OwnUnit>('POST /api/units', { name: `Unit ${count}`, schema: before })).body;
});

const variableOf = (of: OwnUnit, direction: string, name: string) =>
  of.variables.find((one) => one.direction === direction && one.name === name);

/** Values in the history of one of the unit's variables. */
async function fill(direction: string, name: string, values: number): Promise<void> {
  await sql`insert into events (tx, n, variable_id, at, number, corrected)
    select 1, n, variables.id, now(), n, false from generate_series(1, ${values}::int) as n, variables
    where variables.uuid = ${variableOf(unit, direction, name)?.id}`.execute(croft.db);
}

async function historyOf(uuids: (string | undefined)[]): Promise<number> {
  const known = uuids.filter((uuid) => uuid !== undefined);
  const ids = await sql<{ id: number }>`select id from variables where uuid = any(${known}::uuid[])`.execute(croft.db);
  return rowsOf(ids.rows.map(({ id }) => id));
}

async function rowsOf(ids: number[]): Promise<number> {
  const found = await sql<{ rows: number }>`
    select count(*) as rows from events where variable_id = any(${ids}::bigint[])`.execute(croft.db);
  return found.rows[0]?.rows ?? 0;
}

async function idsOf(uuid: string): Promise<number[]> {
  const rows = await croft.db
    .selectFrom('variables')
    .innerJoin('units', 'units.id', 'variables.unitId')
    .select('variables.id')
    .where('units.uuid', '=', uuid)
    .execute();
  return rows.map(({ id }) => id);
}

describe('a new schema', () => {
  test('is shown as a list of changes with the history that would go, and changes nothing', async () => {
    await fill('output', 'door', 12);
    await fill('output', 'lamp', 3);
    const { status, body } = await ann.call<Changes>(`POST /api/units/${unit.id}/schema-changes`, { schema: after });
    expect(status).toBe(200);
    expect(body).toHaveLength(4);
    expect(body).toEqual(
      expect.arrayContaining([
        { direction: 'input', name: 'lamp', change: 'removed', before: { type: 'boolean' }, historyRows: 0 },
        { direction: 'input', name: 'level', change: 'added', after: { type: 'number' } },
        {
          direction: 'output',
          name: 'temperature',
          change: 'changed',
          before: { type: 'number' },
          after: { type: 'integer', maximum: 50 },
        },
        { direction: 'output', name: 'door', change: 'removed', before: { type: 'string' }, historyRows: 12 },
      ]),
    );
    expect((await ann.call(`GET /api/units/${unit.id}`)).body).toEqual(unit);
  });

  test('keeps the UUIDs and the history of variables that stay, in the new order', async () => {
    await fill('output', 'temperature', 5);
    await fill('output', 'door', 7);
    const staying = ['temperature', 'lamp'].map((name) => variableOf(unit, 'output', name)?.id);
    const everyId = await idsOf(unit.id);
    const { status, body } = await ann.call<OwnUnit>(`PUT /api/units/${unit.id}/schema`, { schema: after });
    expect(status).toBe(200);
    expect(body.schema).toEqual(after);
    expect(body.variables.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      'input level',
      'output lamp',
      'output temperature',
    ]);
    expect(['temperature', 'lamp'].map((name) => variableOf(body, 'output', name)?.id)).toEqual(staying);
    expect(variableOf(body, 'output', 'temperature')?.definition).toEqual({ type: 'integer', maximum: 50 });
    expect(await historyOf(staying)).toBe(5);
    expect(await rowsOf(everyId)).toBe(5);
    const { body: changes } = await ann.call<Changes>(`POST /api/units/${unit.id}/schema-changes`, { schema: after });
    expect(changes).toEqual([]);
  });

  test('counts a history of more than 100,000 values as 100,000', async () => {
    await fill('output', 'door', 100_010);
    const { body } = await ann.call<Changes>(`POST /api/units/${unit.id}/schema-changes`, { schema: {} });
    expect(body.find(({ name }) => name === 'door')?.historyRows).toBe(100_000);
  });

  test('that cannot be is refused with its paths, shown or applied, and changes nothing', async () => {
    const schema = { output_variables: { 'a/b': {} } };
    for (const key of [`POST /api/units/${unit.id}/schema-changes`, `PUT /api/units/${unit.id}/schema`]) {
      const answer = await ann.call(key, { schema });
      expect([answer.status, answer.body]).toMatchObject([
        422,
        { issues: [{ path: '/schema/output_variables/a~1b' }] },
      ]);
    }
    expect((await ann.call(`GET /api/units/${unit.id}`)).body).toEqual(unit);
  });

  test('leaves the example as it is unless there is a new one', async () => {
    const put = (body: object) => ann.call<OwnUnit>(`PUT /api/units/${unit.id}/schema`, body);
    expect((await put({ schema: after, example: { PIN: 4 } })).body.example).toEqual({ PIN: 4 });
    expect((await put({ schema: before })).body.example).toEqual({ PIN: 4 });
  });
});

describe('a unit', () => {
  test('is renamed, moved, opened and made plain', async () => {
    const { body: sector } = await ann.call<{ id: string }>('POST /api/sectors', { path: `/place ${count}` });
    const change = { name: 'Other', sector: sector.id, visibility: 'public', security: 'token' };
    const { status, body } = await ann.call<OwnUnit>(`PATCH /api/units/${unit.id}`, change);
    expect(status).toBe(200);
    expect(body).toEqual({ ...unit, ...change, address: `ann:/place ${count}/Other` });
    const back = await ann.call<OwnUnit>(`PATCH /api/units/${unit.id}`, { sector: null });
    expect(back.body.address).toBe('ann:/Other');
    await ann.call(`DELETE /api/units/${unit.id}`);
  });

  test('is not renamed to a name that is taken, nor moved into a sector of others', async () => {
    const { body: other } = await ann.call<OwnUnit>('POST /api/units', { name: `Taken ${count}`, schema: {} });
    expect((await ann.call(`PATCH /api/units/${unit.id}`, { name: other.name })).status).toBe(409);
    const { body: foreign } = await bob.call<{ id: string }>('POST /api/sectors', { path: `/bob ${count}` });
    expect((await ann.call(`PATCH /api/units/${unit.id}`, { sector: foreign.id })).status).toBe(404);
  });

  test('is deleted with its variables and history', async () => {
    await fill('output', 'door', 9);
    const ids = await idsOf(unit.id);
    expect(await rowsOf(ids)).toBe(9);
    expect((await ann.call(`DELETE /api/units/${unit.id}`)).status).toBe(204);
    expect((await ann.call(`GET /api/units/${unit.id}`)).status).toBe(404);
    expect([await rowsOf(ids), await idsOf(unit.id)]).toEqual([0, []]);
  });

  test('goes with its owner, history and all', async () => {
    const eve = await croft.signUp(`eve${count}`);
    unit = (await eve.call<OwnUnit>('POST /api/units', { name: 'Gone soon', schema: before })).body;
    await fill('output', 'door', 4);
    const ids = await idsOf(unit.id);
    const answer = await eve.call('POST /api/me/deletion', { password: eve.password });
    expect(answer.status).toBe(204);
    expect([ids.length, await rowsOf(ids), await idsOf(unit.id)]).toEqual([4, 0, []]);
  });

  test('answers others as if it were not there, whatever they try', async () => {
    const tries: [string, object?][] = [
      [`GET /api/units/${unit.id}`],
      [`PATCH /api/units/${unit.id}`, { name: 'Mine' }],
      [`DELETE /api/units/${unit.id}`],
      [`POST /api/units/${unit.id}/schema-changes`, { schema: {} }],
      [`PUT /api/units/${unit.id}/schema`, { schema: {} }],
      [`GET /api/units/${unit.id}/env`],
      [`PUT /api/units/${unit.id}/settings`, {}],
      [`POST /api/units/${unit.id}/keys`],
      [`GET /api/units/${unit.id}/refusals`],
      [`GET /api/units/${unit.id}/log`],
    ];
    for (const [key, body] of tries) {
      const missing = await bob.call(key.replace(unit.id, '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e'), body);
      const foreign = await bob.call(key, body);
      expect([key, foreign.status, { ...foreign.body, request: '' }]).toEqual([
        key,
        404,
        { ...missing.body, request: '' },
      ]);
    }
    expect((await ann.call(`GET /api/units/${unit.id}`)).body).toEqual(unit);
  });
});

import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { ApiInput, ApiReply } from '../contract.ts';
import { eventually } from '../testing/eventually.ts';
import { testInstance, testPassword } from '../testing/instance.ts';

type Unit = ApiReply<'POST /api/units'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.user('ann');
const bob = await croft.user('bob');

const before = {
  input_variables: { lamp: { type: 'boolean' } },
  output_variables: { temperature: { type: 'number' }, door: { type: 'string' }, lamp: { type: 'boolean' } },
};
const after = {
  input_variables: { level: { type: 'number' } },
  output_variables: { lamp: { type: 'boolean' }, temperature: { type: 'integer', maximum: 50 } },
};
let unit: Unit;
let params: { id: string };
let count = 0;
beforeEach(async () => {
  count++;
  unit = await ann.call('POST /api/units', { body: { name: `Unit ${count}`, schema: before } });
  params = { id: unit.id };
});

const shown = () => ann.call('GET /api/units/:id', { params });
const preview = (schema: object | string) =>
  ann.call('POST /api/units/:id/schema-changes', { params, body: { schema: JSON.stringify(schema) } });
const outputOf = (of: Unit, name: string) =>
  of.variables.find((one) => one.direction === 'output' && one.name === name);

/** Puts values into the history of one of the unit's outputs. */
async function fill(name: string, values: number): Promise<void> {
  await sql`insert into events (tx, n, variable_id, at, number, corrected)
    select 1, n, variables.id, now(), n, false from generate_series(1, ${values}::int) as n, variables
    where variables.uuid = ${outputOf(unit, name)?.id}`.execute(croft.db);
}

async function variableIds(): Promise<number[]> {
  const rows = await sql<{ id: number }>`
    select variables.id from variables join units on units.id = unit_id where units.uuid = ${unit.id}`.execute(
    croft.db,
  );
  return rows.rows.map(({ id }) => id);
}

async function historyOf(ids: number[]): Promise<number> {
  const rows = await sql`select from events where variable_id = any(${ids}::bigint[])`.execute(croft.db);
  return rows.rows.length;
}

describe('a new schema', () => {
  test('is shown as a list of changes with the history that would go, and changes nothing', async () => {
    await fill('door', 12);
    await fill('lamp', 3);
    const changes = await preview(after);
    expect(changes).toHaveLength(4);
    expect(changes).toEqual(
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
    expect(await shown()).toEqual(unit);
    expect(await historyOf(await variableIds())).toBe(15);
  });

  test('keeps the UUIDs and the history of variables that stay, in the new order', async () => {
    await fill('temperature', 5);
    await fill('door', 7);
    const ids = await variableIds();
    const changed = await ann.call('PUT /api/units/:id/schema', { params, body: { schema: after } });
    expect(changed.schema).toEqual(after);
    expect(changed.variables.map(({ direction, name }) => `${direction} ${name}`)).toEqual([
      'input level',
      'output lamp',
      'output temperature',
    ]);
    for (const name of ['temperature', 'lamp']) expect(outputOf(changed, name)?.id).toBe(outputOf(unit, name)?.id);
    expect(outputOf(changed, 'temperature')?.definition).toEqual({ type: 'integer', maximum: 50 });
    expect([await historyOf(ids), await historyOf(await variableIds())]).toEqual([5, 5]);
    expect(await preview(after)).toEqual([]);
  });

  test('counts a history of more than 100,000 values as 100,000', async () => {
    await fill('door', 100_010);
    const changes = await preview({});
    expect(changes.find(({ name }) => name === 'door')?.historyRows).toBe(100_000);
  });

  test('that cannot be is refused with its paths, shown or applied, and changes nothing', async () => {
    const schema = { output_variables: { 'a/b': {} } };
    const refusal = { status: 422, issues: [{ path: '/schema/output_variables/a~1b' }] };
    await expect(preview(schema)).rejects.toMatchObject(refusal);
    const applied = ann.call('PUT /api/units/:id/schema', { params, body: { schema } });
    await expect(applied).rejects.toMatchObject(refusal);
    expect(await shown()).toEqual(unit);
  });

  test('leaves the example as it is unless there is a new one', async () => {
    const put = (body: ApiInput<'PUT /api/units/:id/schema'>['body']) =>
      ann.call('PUT /api/units/:id/schema', { params, body });
    expect((await put({ schema: after, example: { PIN: 4 } })).example).toEqual({ PIN: 4 });
    expect((await put({ schema: before })).example).toEqual({ PIN: 4 });
  });
});

describe('a unit', () => {
  test('is renamed, moved, opened and made plain', async () => {
    const sector = await ann.call('POST /api/sectors', { body: { path: `/place ${count}` } });
    const change = { name: 'Other', sector: sector.id, visibility: 'public', security: 'token' } as const;
    const changed = await ann.call('PATCH /api/units/:id', { params, body: change });
    expect(changed).toEqual({ ...unit, ...change, address: `ann:/place ${count}/Other` });
    const back = await ann.call('PATCH /api/units/:id', { params, body: { sector: null } });
    expect(back.address).toBe('ann:/Other');
  });

  test('is not renamed to a name that is taken, nor moved into a sector of others', async () => {
    const other = await ann.call('POST /api/units', { body: { name: `Taken ${count}`, schema: {} } });
    const renamed = ann.call('PATCH /api/units/:id', { params, body: { name: other.name } });
    await expect(renamed).rejects.toMatchObject({ status: 409 });
    const foreign = await bob.call('POST /api/sectors', { body: { path: `/bob ${count}` } });
    const moved = ann.call('PATCH /api/units/:id', { params, body: { sector: foreign.id } });
    await expect(moved).rejects.toMatchObject({ status: 404 });
    expect(await shown()).toEqual(unit);
  });

  test('is deleted with its variables and history', async () => {
    await fill('door', 9);
    const ids = await variableIds();
    expect(await historyOf(ids)).toBe(9);
    await ann.call('DELETE /api/units/:id', { params });
    await expect(shown()).rejects.toMatchObject({ status: 404 });
    expect([await historyOf(ids), await variableIds()]).toEqual([0, []]);
  });

  test('is deleted while the journal writes about it, neither waiting for the other for ever', async () => {
    const journal = await croft.database.connect();
    await journal.query('begin');
    await journal.query(
      'select from unit_progress p join units u on u.id = unit_id where u.uuid = $1 for update of p',
      [unit.id],
    );
    const deleted = ann.call('DELETE /api/units/:id', { params });
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => expect((await journal.query(waiting)).rowCount).toBe(1));
    await journal.query(
      'select from current_values where variable_id in (select v.id from variables v join units u on u.id = unit_id where u.uuid = $1) for update',
      [unit.id],
    );
    await journal.query('commit');
    await deleted;
    await journal.end();
    expect(await variableIds()).toEqual([]);
  });

  test('goes with its owner, history and all', async () => {
    const eve = await croft.user('eve');
    unit = await eve.call('POST /api/units', { body: { name: 'Gone soon', schema: before } });
    await fill('door', 4);
    const ids = await variableIds();
    await eve.call('POST /api/me/deletion', { body: { password: testPassword } });
    expect([ids.length, await historyOf(ids), await variableIds()]).toEqual([4, 0, []]);
  });

  test('answers others as if it were not there, whatever they try', async () => {
    const tries: [string, object?][] = [
      ['GET /api/units/:id'],
      ['PATCH /api/units/:id', { name: 'Mine' }],
      ['DELETE /api/units/:id'],
      ['POST /api/units/:id/schema-changes', { schema: {} }],
      ['PUT /api/units/:id/schema', { schema: {} }],
      ['GET /api/units/:id/env'],
      ['PUT /api/units/:id/settings', {}],
      ['POST /api/units/:id/keys'],
      ['GET /api/units/:id/refusals'],
      ['GET /api/units/:id/log'],
    ];
    for (const [key, body] of tries) {
      const answers = ['0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e', unit.id].map(async (id) => {
        const response = await bob.send(key, { params: { id }, body });
        const problem = (await response.json()) as object;
        return { key, status: response.status, ...problem, request: undefined };
      });
      const [missing, foreign] = await Promise.all(answers);
      expect(foreign).toMatchObject({ key, status: 404 });
      expect(foreign).toEqual(missing);
    }
    expect(await shown()).toEqual(unit);
  });
});

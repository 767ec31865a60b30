import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProblemError, TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { graphOf } from '../testing/links.ts';

let croft: TestInstance;
let ada: TestClient;
let ben: TestClient;
let hers: ReturnType<typeof graphOf>;
let his: ReturnType<typeof graphOf>;

beforeAll(async () => {
  croft = await testInstance();
  [ada, ben] = [await croft.user('ada'), await croft.user('ben')];
  [hers, his] = [graphOf(ada), graphOf(ben)];
});
afterAll(() => croft.close());

const problemOf = (answer: Promise<unknown>): Promise<Pick<ProblemError, 'status' | 'message' | 'issues'>> =>
  answer.then(
    () => ({ status: 200, message: 'no problem', issues: [] }),
    (problem: ProblemError) => problem,
  );

/** A unit of ada's whose outputs everybody may read. */
async function publicUnit() {
  const { unit } = await hers.makeUnit();
  await ada.call('PATCH /api/units/:id', { params: { id: unit.id }, body: { visibility: 'public' } });
  return unit;
}

describe('making', () => {
  test('needs read on the output and write on the input; what may not be seen is not there', async () => {
    const [{ unit: secret }, { unit: mine }, shared] = [
      await hers.makeUnit(),
      await his.makeUnit(),
      await publicUnit(),
    ];
    const make = (output: string, input: string) => problemOf(ben.call('POST /api/links', { body: { output, input } }));
    const [output, input] = [his.variableOf(mine, 'temperature'), his.variableOf(mine, 'level')];
    const nowhere = '01890000-0000-7000-8000-000000000000';
    const missing = await make(nowhere, input);
    expect(missing.status).toBe(404);
    const ends: [string, string][] = [
      [hers.variableOf(secret, 'temperature'), input],
      [output, hers.variableOf(secret, 'level')],
      [output, hers.variableOf(shared, 'level')],
      [output, nowhere],
    ];
    for (const [from, to] of ends) {
      expect(await make(from, to)).toMatchObject({ status: 404, message: missing.message });
    }
    expect((await make(hers.variableOf(shared, 'temperature'), input)).status).toBe(200);
  });

  test('is refused with what would be right', async () => {
    const { unit } = await hers.makeUnit();
    const made = (from: string, to: string, settings = {}) => problemOf(hers.link([unit, from], [unit, to], settings));
    expect(await made('temperature', 'lamp')).toMatchObject({
      status: 422,
      message: expect.stringContaining(
        '`temperature` gives a number, `lamp` wants true or false: use the transform map.',
      ),
    });
    expect((await made('level', 'lamp')).issues).toEqual([
      { path: '/output', message: '`level` is an input: a link begins at an output' },
    ]);
    expect((await made('temperature', 'switch')).issues).toEqual([
      { path: '/input', message: '`switch` is an output, which its unit alone sets: a link ends at an input' },
    ]);
    expect((await made('temperature', 'level', { minInterval: -1 })).issues[0]?.path).toBe('/minInterval');
    expect((await made('temperature', 'level', { transform: { kind: 'script' } })).issues[0]?.path).toBe(
      '/transform/kind',
    );
    await hers.link([unit, 'temperature'], [unit, 'level']);
    expect(await made('temperature', 'level')).toMatchObject({ status: 409 });
  });

  test('has limits: 200 links of an output, 2,000 of a user', async () => {
    const [{ unit }, { unit: other }] = [await hers.makeUnit(), await hers.makeUnit()];
    const room = await ada.call('POST /api/units', { body: { name: 'Room', schema: {} } });
    // A schema has 200 variables at most; more of them would be ten units.
    await sql`
      insert into variables (uuid, unit_id, direction, name, position, definition)
      select gen_random_uuid(), u.id, 'input', 'i' || n, n, '{"type":"number"}'
      from units u, generate_series(0, 2000) as n where u.uuid = ${room.id}`.execute(croft.db);
    const made = await sql<{ name: string; uuid: string }>`
      select v.name, v.uuid from variables v join units u on u.id = v.unit_id where u.uuid = ${room.id}`.execute(
      croft.db,
    );
    const uuids = new Map(made.rows.map(({ name, uuid }) => [name, uuid]));
    const input = (name: string) => uuids.get(name) ?? '';
    const fill = (output: string, first: number, last: number) =>
      sql`
      insert into links (uuid, output_id, input_id, created_by)
      select gen_random_uuid(), o.id, i.id, u.owner_id from variables o, variables i, units u
      where o.uuid = ${output} and i.name = any(${Array.from({ length: last - first }, (_, n) => `i${first + n}`)})
        and i.unit_id = u.id and u.uuid = ${room.id}`.execute(croft.db);
    const temperature = hers.variableOf(unit, 'temperature');
    await fill(temperature, 0, 199);
    await ada.call('POST /api/links', { body: { output: temperature, input: input('i199') } });
    expect(
      await problemOf(ada.call('POST /api/links', { body: { output: temperature, input: input('i200') } })),
    ).toMatchObject({ status: 409, message: expect.stringContaining('200 links') });
    const [{ count: hersSoFar } = { count: 0 }] = (
      await sql<{ count: number }>`
      select count(*) from links l join users u on u.id = l.created_by where u.username = 'ada'`.execute(croft.db)
    ).rows;
    await fill(hers.variableOf(other, 'switch'), 0, 2_000 - hersSoFar);
    const body = { output: hers.variableOf(other, 'door'), input: input('i2000') };
    expect(
      await problemOf(
        ada.call('POST /api/links', { body: { ...body, transform: { kind: 'map', table: [['a', 1]] } } }),
      ),
    ).toMatchObject({
      status: 409,
      message: expect.stringContaining('2,000 links'),
    });
    const listed = await ada.call('GET /api/links', { query: {} });
    expect(listed).toHaveLength(2_000 + listed.filter(({ madeBy }) => madeBy !== 'ada').length);
    await sql`delete from links where created_by = (select id from users where username = 'ada')`.execute(croft.db);
  });
});

describe('a link between two users', () => {
  test('is seen by both, each end by whom it is shown to, and by nobody else', async () => {
    const [shared, { unit: mine }] = [await publicUnit(), await his.makeUnit()];
    const link = await his.link([shared, 'temperature'], [mine, 'level']);
    expect(link).toMatchObject({
      madeBy: 'ben',
      output: { owner: 'ada', name: 'temperature' },
      input: { name: 'level' },
    });
    const seen = (await ada.call('GET /api/links', { query: { unit: shared.id } })).find(({ id }) => id === link.id);
    expect(seen).toMatchObject({
      output: { name: 'temperature', unit: { id: shared.id } },
      input: { owner: 'ben', id: null, name: null, unit: null },
    });
    const eve = await croft.user(`eve-${Date.now()}`);
    expect(await eve.call('GET /api/links', { query: {} })).toEqual([]);
    for (const key of ['GET /api/links/:id', 'DELETE /api/links/:id', 'GET /api/links/:id/events'] as const) {
      expect((await problemOf(eve.call(key, { params: { id: link.id } }))).status).toBe(404);
    }
    expect(await eve.call('GET /api/links', { query: { unit: shared.id } })).toEqual([]);
  });

  test('is switched off and deleted by the owner of either end, but changed only with the rights it needs', async () => {
    const [shared, { unit: mine }] = [await publicUnit(), await his.makeUnit()];
    const link = await his.link([shared, 'temperature'], [mine, 'level']);
    const refused = await problemOf(hers.change(link, { onlyOnChange: true }));
    expect(refused).toMatchObject({ status: 403, message: expect.stringContaining('may not write the input') });
    expect(await hers.change(link, { enabled: false })).toMatchObject({ enabled: false, whyCut: '', madeBy: 'ben' });
    expect((await problemOf(hers.change(link, { enabled: true }))).status).toBe(403);
    expect(await his.change(link, { enabled: true, minInterval: 5 })).toMatchObject({ enabled: true, minInterval: 5 });
    expect((await problemOf(his.change(link, { transform: { kind: 'text', template: 'x' } }))).status).toBe(422);
    await ada.call('DELETE /api/links/:id', { params: { id: link.id } });
    expect((await problemOf(his.show(link))).status).toBe(404);
  });
});

test('the list is of a unit, or of a sector with what is below it', async () => {
  const home = await ada.call('POST /api/sectors', { body: { path: '/home' } });
  const shed = await ada.call('POST /api/sectors', { body: { path: '/home/shed' } });
  const [{ unit: inShed }, { unit: outside }, { unit: other }] = [
    await hers.makeUnit(),
    await hers.makeUnit(),
    await hers.makeUnit(),
  ];
  await ada.call('PATCH /api/units/:id', { params: { id: inShed.id }, body: { sector: shed.id } });
  const first = await hers.link([inShed, 'temperature'], [outside, 'level']);
  const second = await hers.link([outside, 'temperature'], [other, 'level']);
  const ids = async (query: { unit?: string; sector?: string }) =>
    (await ada.call('GET /api/links', { query })).map(({ id }) => id);
  expect(await ids({ sector: home.id })).toEqual([first.id]);
  expect(await ids({ sector: shed.id })).toEqual([first.id]);
  expect(await ids({ unit: outside.id })).toEqual([first.id, second.id]);
  expect(await ids({ unit: inShed.id, sector: home.id })).toEqual([first.id]);
  expect((await problemOf(ben.call('GET /api/links', { query: { sector: home.id } }))).status).toBe(404);
});

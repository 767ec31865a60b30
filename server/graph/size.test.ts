import pg from 'pg';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ApiReply } from '../contract.ts';
import type { TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';

let croft: TestInstance;
beforeAll(async () => {
  croft = await testInstance();
});
afterAll(() => croft.close());

const schema = {
  input_variables: Object.fromEntries([1, 2, 3, 4].map((n) => [`input ${n}`, { type: 'number' }])),
  output_variables: Object.fromEntries([1, 2, 3, 4].map((n) => [`output ${n}`, { type: 'number' }])),
};

/** Of one answer, with some room for what the instance asks by itself meanwhile; one for each unit would be 300. */
const mostQueries = 25;

/** Those of one call, and the few that the instance makes by itself meanwhile. */
async function queriesOf<T>(call: () => Promise<T>): Promise<{ answer: T; queries: string[] }> {
  const asked = vi.spyOn(pg.Client.prototype, 'query');
  const answer = await call();
  const queries = asked.mock.calls.map(([query]) => JSON.stringify(query));
  asked.mockRestore();
  return { answer, queries };
}

/**
 * Of each user one unit, which is copied: 300 of the first one's, 10 of each other's. Then links between outputs and inputs by
 * their turn, half of them from a unit of the others.
 */
async function grow(first: string, others: readonly string[]): Promise<void> {
  const client = await croft.database.connect();
  await client.query(
    `with made as (
       insert into units (uuid, owner_id, name, schema, example, security, visibility)
       select gen_random_uuid(), owner_id, 'Copy ' || n, schema, example, security, visibility
       from units join users on users.id = owner_id, generate_series(2, 300) n
       where username = $1 or (username = any($2) and n <= 10) returning id, owner_id),
     progress as (insert into unit_progress (unit_id) select id from made),
     keys as (
       insert into unit_keys (unit_id, generation, sealed_keys, sealed_settings)
       select made.id, 1, k.sealed_keys, k.sealed_settings
       from made join units u on u.owner_id = made.owner_id join unit_keys k on k.unit_id = u.id)
     insert into variables (uuid, unit_id, direction, name, position, definition, visibility)
     select gen_random_uuid(), made.id, v.direction, v.name, v.position, v.definition, v.visibility
     from made join units u on u.owner_id = made.owner_id join variables v on v.unit_id = u.id`,
    [first, others],
  );
  await client.query(
    `with mine as (select id from users where username = $1),
     inputs as (
       select v.id, row_number() over (order by v.id) as n from variables v join units u on u.id = v.unit_id
       where v.direction = 'input' and u.owner_id = (select id from mine)),
     outputs as (
       select v.id, row_number() over (partition by u.owner_id = (select id from mine) order by v.id) as n,
         u.owner_id = (select id from mine) as is_mine
       from variables v join units u on u.id = v.unit_id where v.direction = 'output'),
     foreign_ones as (select count(*) as count from outputs where not is_mine)
     insert into links (uuid, output_id, input_id, created_by)
     select gen_random_uuid(), o.id, i.id, (select id from mine)
     from inputs i join outputs o on o.is_mine = (i.n % 2 = 0)
       and o.n = case when o.is_mine then i.n else 1 + i.n % (select count from foreign_ones) end
     where i.n <= 1000`,
    [first],
  );
  await client.end();
}

test('300 units and 1,000 links, some to units of 20 others, are one answer of few queries', async () => {
  const ada = await croft.user('ada');
  const others: [string, TestClient][] = [];
  for (let n = 1; n <= 20; n++) others.push([`other${n}`, await croft.user(`other${n}`)]);
  for (const client of [ada, ...others.map(([, other]) => other)]) {
    const unit = await client.call('POST /api/units', { body: { name: 'Copy 1', schema } });
    if (client === ada) continue;
    await client.call('PATCH /api/units/:id', { params: { id: unit.id }, body: { visibility: 'public' } });
    for (const { id } of unit.variables)
      await client.call('PATCH /api/variables/:id', { params: { id }, body: { visibility: 'public' } });
  }
  const canvas = () => ada.call('GET /api/graph', { query: {} });
  await grow(
    'ada',
    others.map(([name]) => name),
  );
  const large = await queriesOf(canvas);
  const isOwn = ({ isOwn }: ApiReply<'GET /api/graph'>['units'][number]) => isOwn;
  expect(large.answer.units.filter(isOwn)).toHaveLength(300);
  expect(large.answer.units.filter((unit) => !isOwn(unit)).length).toBeGreaterThan(100);
  expect(large.answer.units.flatMap(({ variables }) => variables).length).toBeGreaterThan(2_800);
  expect(large.answer.links).toHaveLength(1_000);
  expect(large.answer.links.filter(({ output, input }) => output === null || input === null)).toEqual([]);
  expect(large.answer.isWhole).toBe(true);
  // It was 14, for one unit 8: because of the others units, variables, rights and paths are asked for twice.
  expect(large.queries.length, large.queries.join('\n')).toBeLessThanOrEqual(mostQueries);

  const ofOther = await queriesOf(() => croft.anonymous.call('GET /api/graph/:owner', { params: { owner: 'other1' } }));
  expect(ofOther.answer.units).toHaveLength(10);
  expect(ofOther.queries.length, ofOther.queries.join('\n')).toBeLessThanOrEqual(mostQueries);
}, 60_000);

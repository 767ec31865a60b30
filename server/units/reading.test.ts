import { afterAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import { testInstance } from '../testing/instance.ts';

type OwnUnit = ApiReply<'POST /api/units'>;
type Found = ApiReply<'GET /api/explore'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.signUp('ann');
const bob = await croft.signUp('bob');
const anonymous = croft.anonymous();
const callers = { ann, bob, anonymous };

const schema = {
  input_variables: ['lamp'],
  output_variables: ['temperature', 'humidity', 'secret'],
};

/** A unit of ann's; `outputs` narrows some of its variables. */
async function makeUnit(name: string, visibility: string, outputs: Record<string, string> = {}): Promise<OwnUnit> {
  const { body } = await ann.call<OwnUnit>('POST /api/units', { name, schema, visibility });
  for (const variable of body.variables.filter((one) => outputs[one.name])) {
    await ann.call(`PATCH /api/variables/${variable.id}`, { visibility: outputs[variable.name] });
  }
  return body;
}

async function namesSeen(who: keyof typeof callers, unit: OwnUnit): Promise<string[] | number> {
  const { status, body } = await callers[who].call<OwnUnit>(`GET /api/units/${unit.id}`);
  return status === 200 ? body.variables.map(({ name }) => name) : status;
}

const explore = async (who: keyof typeof callers, query = '') => {
  const { body } = await callers[who].call<Found>(`GET /api/explore?${query}`);
  return { names: body.units.map(({ name }) => name), total: body.total, units: body.units };
};

describe('a unit is seen', () => {
  const all = ['lamp', 'temperature', 'humidity', 'secret'];
  const outputs = ['temperature', 'humidity', 'secret'];

  test.for([
    ['private', 404, 404],
    ['local', outputs, 404],
    ['trusted', outputs, 404],
    ['public', outputs, outputs],
  ] as const)(
    '%s: by its owner whole, by others its outputs or not at all',
    async ([visibility, forBob, forAnybody]) => {
      const unit = await makeUnit(`Seen ${visibility}`, visibility);
      const seen = await Promise.all([namesSeen('ann', unit), namesSeen('bob', unit), namesSeen('anonymous', unit)]);
      expect(seen).toEqual([all, forBob, forAnybody]);
    },
  );

  test('without the outputs that are narrower, and not at all when none is left', async () => {
    const unit = await makeUnit('Partly', 'public', { humidity: 'local', secret: 'private' });
    expect(await namesSeen('bob', unit)).toEqual(['temperature', 'humidity']);
    expect(await namesSeen('anonymous', unit)).toEqual(['temperature']);
    const hidden = await makeUnit('Hidden', 'public', { temperature: 'local', humidity: 'local', secret: 'private' });
    expect(await namesSeen('bob', hidden)).toEqual(['temperature', 'humidity']);
    expect(await namesSeen('anonymous', hidden)).toBe(404);
  });

  test('by a variable that asks for more than its unit gives only as far as the unit', async () => {
    const unit = await makeUnit('Local at most', 'local', { temperature: 'public' });
    expect(await namesSeen('anonymous', unit)).toBe(404);
    const { body } = await bob.call<OwnUnit>(`GET /api/units/${unit.id}`);
    expect(body.variables.map(({ visibility }) => visibility)).toEqual(['local', 'local', 'local']);
  });

  test('by others without what only its owner can use', async () => {
    const { body: sector } = await ann.call<{ id: string }>('POST /api/sectors', { path: '/home/Shed' });
    const { body: unit } = await ann.call<OwnUnit>('POST /api/units', {
      name: 'Shown',
      schema,
      visibility: 'public',
      sector: sector.id,
      example: { PIN: 4 },
    });
    const { body } = await anonymous.call<Record<string, unknown>>(`GET /api/units/${unit.id}`);
    expect(body).toMatchObject({
      owned: false,
      owner: 'ann',
      address: 'ann:/home/Shed/Shown',
      direction: 'tx',
      sector: null,
    });
    for (const name of ['schema', 'example', 'settings', 'state', 'keysGeneration'])
      expect(body).not.toHaveProperty(name);
  });

  test('in the list of its owner alone', async () => {
    const { body } = await bob.call<OwnUnit[]>('GET /api/units');
    expect(body).toEqual([]);
    expect((await anonymous.call('GET /api/units')).status).toBe(401);
    const { body: own } = await ann.call<OwnUnit[]>('GET /api/units');
    const names = own.map(({ name }) => name);
    expect(names).toContain('Seen private');
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
  });
});

describe('exploring', async () => {
  const cora = await croft.signUp('cora');
  for (const [name, visibility] of [
    ['Attic 100%', 'public'],
    ['attic_1', 'public'],
    ['Attic local', 'local'],
    ['Attic private', 'private'],
  ] as const) {
    await makeUnit(name, visibility, { secret: 'private' });
  }
  await cora.call('POST /api/units', {
    name: 'Ångström',
    schema: { output_variables: ['длина'] },
    visibility: 'public',
  });

  test('finds what the caller may read, in one order', async () => {
    expect((await explore('anonymous', 'search=attic')).names).toEqual(['Attic 100%', 'attic_1']);
    expect((await explore('bob', 'search=ATTIC')).names).toEqual(['Attic 100%', 'Attic local', 'attic_1']);
    expect((await explore('ann', 'search=attic')).names).toEqual(['Attic 100%', 'Attic local', 'attic_1']);
  });

  test('counts nothing that is hidden', async () => {
    expect((await explore('anonymous', 'search=attic')).total).toBe(2);
    expect((await explore('bob', 'search=attic')).total).toBe(3);
    expect(await explore('anonymous', 'search=Seen%20private')).toMatchObject({ names: [], total: 0 });
  });

  test('searches names of units, owners and readable outputs, and no others', async () => {
    expect((await explore('anonymous', 'search=cora')).names).toEqual(['Ångström']);
    expect((await explore('anonymous', `search=${encodeURIComponent('ДЛИНА')}`)).names).toEqual(['Ångström']);
    const bySecret = await explore('bob', 'search=secret&limit=100');
    expect(bySecret.names).not.toContain('Attic 100%');
    expect(bySecret.names).toContain('Seen public');
    expect((await explore('bob', 'search=lamp')).total).toBe(0);
  });

  test('takes signs of a pattern as they are', async () => {
    expect((await explore('anonymous', 'search=100%25')).names).toEqual(['Attic 100%']);
    expect((await explore('anonymous', 'search=attic_')).names).toEqual(['attic_1']);
    expect((await explore('anonymous', 'search=%5C')).names).toEqual([]);
  });

  test('goes page by page, with the same total on each', async () => {
    const { names, total } = await explore('bob', 'limit=100');
    const pages = [];
    for (let offset = 0; offset < total; offset += 3) pages.push(await explore('bob', `limit=3&offset=${offset}`));
    expect(pages.flatMap((page) => page.names)).toEqual(names);
    expect(new Set(pages.map((page) => page.total))).toEqual(new Set([total]));
    expect((await explore('bob', 'limit=3&offset=1000')).total).toBe(total);
  });

  test('shows own units as others see them, marked as own', async () => {
    const { units } = await explore('ann', 'search=attic_1');
    expect(units[0]).toMatchObject({ owned: true, direction: 'tx' });
    expect(units[0]?.variables.map(({ name }) => name)).toEqual(['temperature', 'humidity']);
  });
});

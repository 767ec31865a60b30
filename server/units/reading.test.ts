import { afterAll, describe, expect, test } from 'vitest';
import type { Visibility } from '../access.ts';
import type { ApiReply } from '../contract.ts';
import { ProblemError } from '../testing/client.ts';
import { testInstance } from '../testing/instance.ts';

type Unit = ApiReply<'POST /api/units'>;

const croft = await testInstance();
afterAll(() => croft.close());
const ann = await croft.user('ann');
const bob = await croft.user('bob');
const anonymous = croft.anonymous;

const schema = { input_variables: ['lamp'], output_variables: ['temperature', 'humidity', 'secret'] };

/** A unit of ann's; `narrowed` says which of its variables have another visibility than public. */
async function makeUnit(
  name: string,
  visibility: Visibility,
  narrowed: { [name: string]: Visibility } = {},
): Promise<Unit> {
  const unit = await ann.call('POST /api/units', { body: { name, schema, visibility } });
  for (const { id, name } of unit.variables) {
    const own = narrowed[name];
    if (own) await ann.call('PATCH /api/variables/:id', { params: { id }, body: { visibility: own } });
  }
  return unit;
}

async function namesSeen(who: typeof ann, { id }: Unit): Promise<string[] | number> {
  try {
    return (await who.call('GET /api/units/:id', { params: { id } })).variables.map(({ name }) => name);
  } catch (error) {
    if (error instanceof ProblemError) return error.status;
    throw error;
  }
}

async function explore(who: typeof ann, search = '', page: { limit?: number; offset?: number } = {}) {
  const { units, total } = await who.call('GET /api/explore', { query: { search, ...page } });
  return { names: units.map(({ name }) => name), total, units };
}

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
      const seen = await Promise.all([ann, bob, anonymous].map((who) => namesSeen(who, unit)));
      expect(seen).toEqual([all, forBob, forAnybody]);
    },
  );

  test('without the outputs that are narrower, and not at all when none is left', async () => {
    const unit = await makeUnit('Partly', 'public', { humidity: 'local', secret: 'private' });
    expect(await namesSeen(bob, unit)).toEqual(['temperature', 'humidity']);
    expect(await namesSeen(anonymous, unit)).toEqual(['temperature']);
    const hidden = await makeUnit('Hidden', 'public', { temperature: 'local', humidity: 'local', secret: 'private' });
    expect(await namesSeen(bob, hidden)).toEqual(['temperature', 'humidity']);
    expect(await namesSeen(anonymous, hidden)).toBe(404);
  });

  test('no further than it is open itself, whatever its variables ask for', async () => {
    const unit = await makeUnit('Local at most', 'local', { temperature: 'public' });
    expect(await namesSeen(anonymous, unit)).toBe(404);
    const { variables } = await bob.call('GET /api/units/:id', { params: { id: unit.id } });
    expect(variables.map(({ visibility }) => visibility)).toEqual(['local', 'local', 'local']);
  });

  test('by others without what only its owner can use', async () => {
    const sector = await ann.call('POST /api/sectors', { body: { path: '/home/Shed' } });
    const wish = { name: 'Shown', schema, visibility: 'public', sector: sector.id, example: { PIN: 4 } } as const;
    const { id } = await ann.call('POST /api/units', { body: wish });
    const unit = await anonymous.call('GET /api/units/:id', { params: { id } });
    expect(unit).toMatchObject({
      owned: false,
      owner: 'ann',
      address: 'ann:/home/Shed/Shown',
      direction: 'tx',
      sector: null,
    });
    for (const name of ['schema', 'example', 'settings', 'state', 'keysGeneration'])
      expect(unit).not.toHaveProperty(name);
  });

  test('in the list of its owner alone', async () => {
    expect(await bob.call('GET /api/units')).toEqual([]);
    await expect(anonymous.call('GET /api/units')).rejects.toMatchObject({ status: 401 });
    const names = (await ann.call('GET /api/units')).map(({ name }) => name);
    expect(names).toContain('Seen private');
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
  });
});

describe('exploring', async () => {
  const cora = await croft.user('cora');
  for (const [name, visibility] of [
    ['Attic 100%', 'public'],
    ['attic_1', 'public'],
    ['Attic local', 'local'],
    ['Attic private', 'private'],
  ] as const) {
    await makeUnit(name, visibility, { secret: 'private' });
  }
  await cora.call('POST /api/units', {
    body: { name: 'Ångström', schema: { output_variables: ['длина'] }, visibility: 'public' },
  });

  test('finds what the caller may read, in one order', async () => {
    expect((await explore(anonymous, 'attic')).names).toEqual(['Attic 100%', 'attic_1']);
    expect((await explore(bob, ' ATTIC ')).names).toEqual(['Attic 100%', 'Attic local', 'attic_1']);
    expect((await explore(ann, 'attic')).names).toEqual(['Attic 100%', 'Attic local', 'attic_1']);
  });

  test('counts nothing that is hidden', async () => {
    expect((await explore(anonymous, 'attic')).total).toBe(2);
    expect((await explore(bob, 'attic')).total).toBe(3);
    expect(await explore(anonymous, 'Attic private')).toMatchObject({ names: [], total: 0 });
  });

  test('searches names of units, owners and readable outputs, and no others', async () => {
    expect((await explore(anonymous, 'cora')).names).toEqual(['Ångström']);
    expect((await explore(anonymous, 'ДЛИНА')).names).toEqual(['Ångström']);
    const { names } = await explore(bob, 'secret', { limit: 100 });
    expect(names).not.toContain('Attic 100%');
    expect(names).toContain('Seen public');
    expect((await explore(bob, 'lamp')).total).toBe(0);
  });

  test('takes the signs of a pattern as they are', async () => {
    expect((await explore(anonymous, '100%')).names).toEqual(['Attic 100%']);
    expect((await explore(anonymous, 'attic_')).names).toEqual(['attic_1']);
    expect((await explore(anonymous, '\\')).names).toEqual([]);
  });

  test('goes page by page, with the same total on each', async () => {
    const { names, total } = await explore(bob, '', { limit: 100 });
    expect(total).toBeGreaterThan(6);
    const pages = [];
    for (let offset = 0; offset < total; offset += 3) pages.push(await explore(bob, '', { limit: 3, offset }));
    expect(pages.flatMap((page) => page.names)).toEqual(names);
    expect(new Set(pages.map((page) => page.total))).toEqual(new Set([total]));
    expect((await explore(bob, '', { limit: 3, offset: 1_000 })).total).toBe(total);
  });

  test('shows own units as others see them, marked as own', async () => {
    const { units } = await explore(ann, 'attic_1');
    expect(units[0]).toMatchObject({ owned: true, direction: 'tx' });
    expect(units[0]?.variables.map(({ name }) => name)).toEqual(['temperature', 'humidity']);
  });
});

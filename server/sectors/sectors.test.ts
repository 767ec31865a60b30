import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { testInstance } from '../testing/instance.ts';
import { createSectors } from './sectors.ts';

const croft = await testInstance();
afterAll(() => croft.close());

let names = 0;
const newcomer = () => croft.user(`person${++names}`);
const make = (person: TestClient, path: string) => person.call('POST /api/sectors', { body: { path } });
const pathsOf = async (person: TestClient) => (await person.call('GET /api/sectors')).map(({ path }) => path);
const change = (person: TestClient, id: string, body: { name?: string; parent?: string | null }) =>
  person.call('PATCH /api/sectors/:id', { params: { id }, body });
const remove = (person: TestClient, id: string) => person.call('DELETE /api/sectors/:id', { params: { id } });

describe('making sectors', () => {
  test('makes what is missing above, and the same path is the same sector', async () => {
    const person = await newcomer();
    const shed = await make(person, ' home//Back yard/Wood Shed/ ');
    expect(shed).toMatchObject({ name: 'Wood Shed', path: '/home/Back yard/Wood Shed' });
    expect(await make(person, '/home/Back yard/Wood Shed')).toEqual(shed);
    const yard = await make(person, '/home/Back yard');
    expect(shed.parent).toBe(yard.id);
    expect(await pathsOf(person)).toEqual(['/home', '/home/Back yard', '/home/Back yard/Wood Shed']);
  });

  test('lists them as a tree, brothers by name', async () => {
    const person = await newcomer();
    for (const path of ['/b', '/a b', '/a/room 10', '/a/room 9', '/a']) await make(person, path);
    expect(await pathsOf(person)).toEqual(['/a', '/a/room 9', '/a/room 10', '/a b', '/b']);
  });

  test('at the same moment from many sides makes each once', async () => {
    const person = await newcomer();
    const made = await Promise.all(Array.from({ length: 12 }, (_, i) => make(person, `/home/floor/room ${i % 2}`)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(2);
    expect(await pathsOf(person)).toEqual(['/home', '/home/floor', '/home/floor/room 0', '/home/floor/room 1']);
  });

  test('refuses a path that is none', async () => {
    const person = await newcomer();
    await expect(make(person, ' / ')).rejects.toMatchObject({ status: 422, issues: [{ path: '/path' }] });
    await expect(make(person, '/x'.repeat(17))).rejects.toThrow('16 levels deep');
  });

  test('ends at 1,000', async () => {
    const person = await newcomer();
    for (let i = 0; i < 62; i++) await make(person, `/${i}${'/x'.repeat(15)}`);
    await expect(make(person, `/last${'/x'.repeat(8)}`)).rejects.toThrow('1000 sectors at most');
    await make(person, `/last${'/x'.repeat(7)}`);
    expect(await pathsOf(person)).toHaveLength(1_000);
  });
});

describe('changing sectors', () => {
  test('renames and moves with everything below', async () => {
    const person = await newcomer();
    const home = await make(person, '/home');
    await make(person, '/home/yard/shed');
    const garden = await make(person, '/garden');
    const yard = await make(person, '/home/yard');

    expect(await change(person, yard.id, { parent: garden.id, name: 'Back' })).toMatchObject({ path: '/garden/Back' });
    expect(await pathsOf(person)).toEqual(['/garden', '/garden/Back', '/garden/Back/shed', '/home']);
    expect(await change(person, yard.id, { parent: null })).toMatchObject({ path: '/Back', parent: null });
    expect(await change(person, home.id, { name: 'house' })).toMatchObject({ path: '/house' });
    expect(await change(person, home.id, { name: 'house' })).toMatchObject({ path: '/house' });
  });

  test('never below itself, nor too deep', async () => {
    const person = await newcomer();
    const a = await make(person, '/a');
    const c = await make(person, '/a/b/c');
    await expect(change(person, a.id, { parent: a.id })).rejects.toThrow('/a cannot be moved into itself');
    await expect(change(person, a.id, { parent: c.id })).rejects.toMatchObject({ status: 409 });
    const deep = await make(person, `/d${'/x'.repeat(13)}`);
    await expect(change(person, a.id, { parent: deep.id })).rejects.toThrow('16 levels deep');
    expect(await change(person, c.id, { parent: deep.id })).toMatchObject({ name: 'c' });
  });

  test('two moves that would make a ring: one wins', async () => {
    const person = await newcomer();
    for (let round = 0; round < 10; round++) {
      const [a, b] = await Promise.all([make(person, `/a${round}`), make(person, `/b${round}`)]);
      const moves = [change(person, a.id, { parent: b.id }), change(person, b.id, { parent: a.id })];
      const outcomes = (await Promise.allSettled(moves)).map(({ status }) => status).sort();
      expect(outcomes).toEqual(['fulfilled', 'rejected']);
    }
    expect(await pathsOf(person)).toHaveLength(20);
  });

  test('a name that is taken is told', async () => {
    const person = await newcomer();
    await make(person, '/home/attic');
    const cellar = await make(person, '/home/cellar');
    const top = await make(person, '/attic');
    const home = await make(person, '/home');
    const taken = { status: 409, message: expect.stringContaining('There is already a sector /home/attic.') };
    await expect(change(person, cellar.id, { name: 'attic' })).rejects.toMatchObject(taken);
    await expect(change(person, top.id, { parent: home.id })).rejects.toMatchObject(taken);
    await expect(change(person, home.id, { name: 'attic' })).rejects.toThrow('already a sector /attic.');
  });
});

describe('removing sectors', () => {
  test('only empty ones; what is in them is told', async () => {
    const person = await newcomer();
    const home = await make(person, '/home');
    const attic = await make(person, '/home/attic');
    const body = { simulation: 'dimmer-lamp', name: 'Lamp', sector: home.id } as const;
    const lamp = await person.call('POST /api/units/virtual', { body });

    await expect(remove(person, home.id)).rejects.toThrow('/home holds 1 sector (attic) and 1 unit (Lamp)');
    await remove(person, attic.id);
    await expect(remove(person, home.id)).rejects.toMatchObject({ status: 409 });
    await person.call('DELETE /api/units/:id', { params: { id: lamp.id } });
    await remove(person, home.id);
    expect(await pathsOf(person)).toEqual([]);
  });

  test('while a unit is put into it: one of the two wins', async () => {
    const person = await newcomer();
    for (let round = 0; round < 10; round++) {
      const place = await make(person, `/place ${round}`);
      const body = { simulation: 'dimmer-lamp', sector: place.id } as const;
      const [made, removed] = await Promise.allSettled([
        person.call('POST /api/units/virtual', { body }),
        remove(person, place.id),
      ]);
      expect([made.status, removed.status].sort()).toEqual(['fulfilled', 'rejected']);
      const lost = made.status === 'rejected' ? made : removed;
      expect(lost).toMatchObject({ reason: { status: made.status === 'rejected' ? 404 : 409 } });
    }
  });
});

describe("somebody else's sectors", () => {
  let owner: TestClient;
  let other: TestClient;
  let sector: { id: string };
  beforeAll(async () => {
    [owner, other] = [await newcomer(), await newcomer()];
    sector = await make(owner, '/home');
  });

  test('do not exist', async () => {
    const own = await make(other, '/mine');
    const missing = { status: 404, message: expect.stringContaining('no such sector') };
    expect(await pathsOf(other)).toEqual(['/mine']);
    await expect(change(other, sector.id, { name: 'stolen' })).rejects.toMatchObject(missing);
    await expect(change(other, own.id, { parent: sector.id })).rejects.toMatchObject(missing);
    await expect(remove(other, sector.id)).rejects.toMatchObject(missing);
    expect(await pathsOf(owner)).toEqual(['/home']);
  });

  test('are not found for units either', async () => {
    const { sectorIdOf, paths } = createSectors(croft);
    const row = await croft.db
      .selectFrom('sectors')
      .selectAll()
      .where('uuid', '=', sector.id)
      .executeTakeFirstOrThrow();
    expect(await sectorIdOf(croft.db, row.ownerId, sector.id)).toBe(row.id);
    expect(await sectorIdOf(croft.db, row.ownerId, null)).toBeNull();
    await expect(sectorIdOf(croft.db, row.ownerId + 1, sector.id)).rejects.toMatchObject({ status: 404 });
    expect(await paths(croft.db, row.ownerId)).toEqual(new Map([[row.id, '/home']]));
  });
});

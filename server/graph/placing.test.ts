import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import {
  addToCanvas,
  canvas,
  namesOn,
  neighbourhood,
  open,
  sectorAt,
  showUnit,
  statusOf,
  unitOf,
  unitOn,
} from '../testing/graph.ts';
import { type TestInstance, testInstance, testPassword } from '../testing/instance.ts';

let croft: TestInstance;
let ada: TestClient;
const neighbour = neighbourhood(() => croft);

beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
});
afterAll(() => croft.close());

describe('units of others', () => {
  test('are put on a canvas by address or UUID, stand on that one alone, and are taken off', async () => {
    const [ben, carol] = [await neighbour(), await neighbour()];
    const shed = await sectorAt(ben.client, '/home/Wood Shed');
    const unit = await unitOf(ben.client, { name: 'Weather', sector: shed.id });
    await open(ben.client, unit, 'public');
    const garden = await sectorAt(carol.client, '/Garden');
    const added = await addToCanvas(carol.client, `${ben.name}:/home/Wood Shed/Weather`);
    expect(added).toMatchObject({ id: unit.id, isAdded: true, isOwn: false, position: null, sector: null });
    expect(unitOn(await canvas(carol.client), unit)).toEqual(added);
    expect(namesOn(await canvas(carol.client, garden.id))).toEqual([]);
    expect(namesOn(await canvas(ada))).not.toContain('Weather');
    await addToCanvas(carol.client, unit.id.toUpperCase(), garden.id);
    expect(namesOn(await canvas(carol.client, garden.id))).toEqual(['Weather']);

    await showUnit(ben.client, unit, 'private');
    expect(namesOn(await canvas(carol.client))).toEqual([]);
    await showUnit(ben.client, unit, 'public');
    expect(namesOn(await canvas(carol.client))).toEqual(['Weather']);
    for (const _ of [1, 2])
      await carol.client.call('DELETE /api/graph/units/:id', { params: { id: unit.id }, query: {} });
    expect(namesOn(await canvas(carol.client))).toEqual([]);
    expect(namesOn(await canvas(carol.client, garden.id))).toEqual(['Weather']);
  });

  test('that are not to be seen answer as if they were not there; mine is there already, outside of a sector it can be added', async () => {
    const ben = await neighbour();
    const unit = await unitOf(ben.client, { name: 'Hidden' });
    const send = (client: TestClient, text: string, sector: string | null = null) =>
      statusOf(client, 'POST /api/graph/units', { body: { sector, unit: text } });
    expect(await send(ada, unit.id)).toBe(404);
    expect(await send(ada, `${ben.name}:/Hidden`)).toBe(404);
    expect(await send(ada, `${ben.name}:/Missing`)).toBe(404);
    expect(await send(ada, 'no address')).toBe(422);
    expect(await send(ada, `${ben.name}:/Hidden#level`)).toBe(422);
    expect(await send(ben.client, unit.id)).toBe(409);
    const home = await sectorAt(ben.client, '/home');
    expect(await send(ada, unit.id, home.id)).toBe(404);
    expect(await addToCanvas(ben.client, unit.id, home.id)).toMatchObject({ isOwn: true, isAdded: true });
    expect(namesOn(await canvas(ben.client, home.id))).toEqual(['Hidden']);
  });

  test('are 200 on a canvas at most', async () => {
    const [ben, carol] = [await neighbour(), await neighbour()];
    const units = [];
    for (const name of ['First', 'Second']) {
      const unit = await unitOf(ben.client, { name });
      await open(ben.client, unit, 'public');
      units.push(unit);
    }
    const [first, second] = units.map(({ id }) => id);
    await addToCanvas(carol.client, first ?? '');
    await copyPlaced(first ?? '', 198);
    await addToCanvas(carol.client, second ?? '');
    const third = await unitOf(ben.client, { name: 'Third' });
    await open(ben.client, third, 'public');
    expect(await statusOf(carol.client, 'POST /api/graph/units', { body: { sector: null, unit: third.id } })).toBe(409);
    expect(await statusOf(carol.client, 'POST /api/graph/units', { body: { sector: null, unit: first } })).toBe(201);
  });

  /** Makes copies of a public unit, and puts them where it was put. */
  async function copyPlaced(uuid: string, copies: number): Promise<void> {
    const client = await croft.database.connect();
    await client.query(
      `with made as (
         insert into units (uuid, owner_id, name, schema, example, security, visibility)
         select gen_random_uuid(), owner_id, 'Copy ' || n, schema, example, security, visibility
         from units, generate_series(1, $2::int) n where uuid = $1 returning id),
       filled as (
         insert into variables (uuid, unit_id, direction, name, position, definition, visibility)
         select gen_random_uuid(), made.id, 'output', 'temperature', 0, '{"type":"number"}', 'public' from made)
       insert into graph_units (user_id, unit_id, is_added)
       select g.user_id, made.id, true from made, graph_units g join units on units.id = g.unit_id where units.uuid = $1`,
      [uuid, copies],
    );
    await client.end();
  }
});

describe('positions', () => {
  const place = (client: TestClient, unit: { id: string }, [x, y]: [number, number], sector: string | null = null) =>
    client.call('PUT /api/graph/positions', { body: { sector, positions: [{ unit: unit.id, x, y }] } });
  const placed = async (client: TestClient, unit: { id: string }, sector?: string) =>
    unitOn(await canvas(client, sector), unit)?.position;
  const rows = async () =>
    (
      await croft.db
        .selectFrom('graphUnits')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirst()
    )?.count ?? 0;

  test('are kept for each user and canvas', async () => {
    const [ben, carol] = [await neighbour(), await neighbour()];
    const home = await sectorAt(ben.client, '/home');
    const unit = await unitOf(ben.client, { name: 'Lamp', sector: home.id });
    await open(ben.client, unit, 'public');
    await addToCanvas(carol.client, unit.id);
    await place(ben.client, unit, [1.5, -20]);
    await place(ben.client, unit, [3, 4], home.id);
    await place(carol.client, unit, [5, 6]);
    await place(carol.client, unit, [7, 8]);
    expect(await placed(ben.client, unit)).toEqual({ x: 1.5, y: -20 });
    expect(await placed(ben.client, unit, home.id)).toEqual({ x: 3, y: 4 });
    expect(await placed(carol.client, unit)).toEqual({ x: 7, y: 8 });
    await carol.client.call('DELETE /api/graph/units/:id', { params: { id: unit.id }, query: {} });
    expect(await addToCanvas(carol.client, unit.id)).toMatchObject({ position: { x: 7, y: 8 } });
    expect(await statusOf(carol.client, 'PUT /api/graph/positions', { body: { sector: home.id, positions: [] } })).toBe(
      404,
    );
  });

  test('of what is not there or not to be seen are passed over; what is no position is refused', async () => {
    const ben = await neighbour();
    const unit = await unitOf(ben.client, { name: 'Hidden' });
    const before = await rows();
    await place(ada, unit, [1, 2]);
    await place(ada, { id: '0199c0de-0000-7000-8000-000000000000' }, [1, 2]);
    expect(await rows()).toBe(before);
    const position = { unit: unit.id, x: 1, y: 2 };
    await ben.client.call('PUT /api/graph/positions', {
      body: { sector: null, positions: [position, { ...position, unit: unit.id.toUpperCase(), x: 3 }] },
    });
    expect(await placed(ben.client, unit)).toEqual({ x: 3, y: 2 });
    const send = (positions: unknown[]) =>
      statusOf(ben.client, 'PUT /api/graph/positions', { body: { sector: null, positions } });
    expect(await send([{ ...position, x: 1_000_001 }])).toBe(422);
    expect(await send([{ ...position, x: null }])).toBe(422);
    expect(await send(Array.from({ length: 1_001 }, () => position))).toBe(422);
  });

  test('go with the unit, the sector and the user', async () => {
    const [ben, carol] = [await neighbour(), await neighbour()];
    const home = await sectorAt(ben.client, '/home');
    const [first, second] = [await unitOf(ben.client, { name: 'First' }), await unitOf(ben.client, { name: 'Second' })];
    await open(ben.client, first, 'public');
    const before = await rows();
    await place(ben.client, first, [1, 1]);
    await place(ben.client, second, [1, 1]);
    await place(ben.client, second, [1, 1], home.id);
    await addToCanvas(carol.client, first.id);
    expect(await rows()).toBe(before + 4);
    await ben.client.call('DELETE /api/sectors/:id', { params: { id: home.id } });
    expect(await rows()).toBe(before + 3);
    await ben.client.call('DELETE /api/units/:id', { params: { id: first.id } });
    expect(await rows()).toBe(before + 1);
    await ben.client.call('POST /api/me/deletion', { body: { password: testPassword } });
    expect(await rows()).toBe(before);
  });
});

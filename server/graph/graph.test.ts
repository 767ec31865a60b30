import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiReply } from '../contract.ts';
import type { TestClient } from '../testing/client.ts';
import {
  addToCanvas,
  canvas,
  namesOn,
  neighbourhood,
  open,
  sectorAt,
  showUnit,
  showVariable,
  statusOf,
  unitOf,
  unitOn,
} from '../testing/graph.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';

type Graph = ApiReply<'GET /api/graph'>;

let croft: TestInstance;
let ada: TestClient;
const neighbour = neighbourhood(() => croft);

beforeAll(async () => {
  croft = await testInstance();
  ada = await croft.user('ada');
});
afterAll(() => croft.close());

const graphOfUser = (client: TestClient, owner: string) => client.call('GET /api/graph/:owner', { params: { owner } });
const ports = (graph: Graph, unit: { id: string }) => unitOn(graph, unit)?.variables.map(({ name }) => name);
const grant = (owner: TestClient, variable: string, access: 'read' | 'write', user: string) =>
  owner.call('POST /api/grants', { body: { variable, access, user } });

describe('my canvas', () => {
  test('has my units with their ports, their sectors, and the links at them; that of a sector what is in it or below', async () => {
    const { client: ben, link, variableOf } = await neighbour();
    const [home, shed] = [await sectorAt(ben, '/home'), await sectorAt(ben, '/home/Shed')];
    const sensor = await unitOf(ben, { name: 'Sensor', sector: shed.id });
    const fan = await unitOf(ben, { name: 'Fan', sector: home.id });
    const loose = await unitOf(ben, { name: 'Loose' });
    const inside = await link([sensor, 'temperature'], [fan, 'level']);
    const outward = await link([fan, 'temperature'], [loose, 'level']);
    const elsewhere = await link([loose, 'temperature'], [loose, 'level']);

    const whole = await canvas(ben);
    expect(namesOn(whole)).toEqual(['Fan', 'Loose', 'Sensor']);
    expect(whole).toMatchObject({ isEditable: true, isWhole: true });
    expect(unitOn(whole, sensor)).toEqual({
      ...{ id: sensor.id, name: 'Sensor', owner: sensor.owner, isOwn: true, direction: 'rxtx', visibility: 'private' },
      ...{ presence: 'never', position: null, isAdded: false, sector: { id: shed.id, path: '/home/Shed' } },
      variables: sensor.variables.map(({ id, name, direction, definition }) => {
        return { id, name, direction, definition, value: null, at: null, canLink: true };
      }),
    });
    const [edge] = whole.links.filter(({ id }) => id === inside.id);
    const [output, input] = [variableOf(sensor, 'temperature'), variableOf(fan, 'level')];
    expect(edge).toMatchObject({ output, input, own: { id: inside.id, madeBy: sensor.owner, enabled: true } });
    expect(whole.links.map(({ id }) => id)).toEqual([inside.id, outward.id, elsewhere.id]);

    expect(namesOn(await canvas(ben, shed.id))).toEqual(['Sensor']);
    const below = await canvas(ben, home.id);
    expect(namesOn(below)).toEqual(['Fan', 'Sensor']);
    expect(below.links.map(({ id }) => id)).toEqual([inside.id, outward.id]);
    expect(await statusOf(ada, 'GET /api/graph', { query: { sector: home.id } })).toBe(404);
  });

  test('has the units of others that my links lead to, while I see that end of them', async () => {
    const ben = await neighbour();
    const source = await unitOf(ben.client, { name: 'Weather', outputs: ['temperature', 'rain'] });
    await open(ben.client, source, 'local');
    await showVariable(ben.client, ben.variableOf(source, 'rain'), 'private');
    const carol = await neighbour();
    const mine = await unitOf(carol.client, { name: 'Fan' });
    const made = await carol.link([source, 'temperature'], [mine, 'level']);
    const seen = await canvas(carol.client);
    expect(namesOn(seen)).toEqual(['Fan', 'Weather']);
    expect(ports(seen, source)).toEqual(['temperature']);
    expect(unitOn(seen, source)).toMatchObject({ isOwn: false, sector: null, isAdded: false, owner: ben.name });

    await showUnit(ben.client, source, 'private');
    const after = await canvas(carol.client);
    expect(namesOn(after)).toEqual(['Fan']);
    expect(after.links).toMatchObject([{ id: made.id, output: null, own: { whyCut: 'output-not-readable' } }]);
  });

  test('does not tell which unit a link leads to whose end I do not see', async () => {
    const [ben, carol] = [await neighbour(), await neighbour()];
    const source = await unitOf(ben.client, { name: 'Source' });
    await open(ben.client, source, 'local');
    const target = await unitOf(carol.client, { name: 'Known by its output' });
    await open(carol.client, target, 'public');
    await carol.link([source, 'temperature'], [target, 'level']);
    const before = await canvas(ben.client);
    expect(namesOn(before)).toEqual(['Source']);
    expect(before.links).toMatchObject([{ output: ben.variableOf(source, 'temperature'), input: null }]);

    await addToCanvas(ben.client, target.id);
    const after = await canvas(ben.client);
    expect(ports(after, target)).toEqual(['temperature']);
    expect(after.links).toMatchObject([{ input: null, own: { input: { id: null, unit: null } } }]);
  });
});

describe('the graph of somebody else', () => {
  test('is what anonymous, local users and who holds a grant may see; of nobody and of who shows nothing the same', async () => {
    const ben = await neighbour();
    const home = await sectorAt(ben.client, '/secret place');
    const [sensor, fan] = [
      await unitOf(ben.client, { name: 'Sensor', sector: home.id, outputs: ['temperature', 'rain', 'wind'] }),
      await unitOf(ben.client, { name: 'Fan', sector: home.id }),
    ];
    await unitOf(ben.client, { name: 'Hidden', sector: home.id });
    const made = await ben.link([sensor, 'temperature'], [fan, 'level']);
    const carol = await croft.user('carol');
    const empty = await graphOfUser(croft.anonymous, 'nobody at all');
    expect(empty).toEqual({ units: [], links: [], isEditable: false, isWhole: true });
    expect(await graphOfUser(croft.anonymous, ben.name)).toEqual(empty);
    expect(await graphOfUser(carol, ben.name)).toEqual(empty);

    await open(ben.client, sensor, 'public');
    await showVariable(ben.client, ben.variableOf(sensor, 'rain'), 'local');
    await showVariable(ben.client, ben.variableOf(sensor, 'wind'), 'private');
    const forAll = await graphOfUser(croft.anonymous, ben.name);
    expect(namesOn(forAll)).toEqual(['Sensor']);
    expect(unitOn(forAll, sensor)?.variables).toMatchObject([{ name: 'temperature', canLink: false }]);
    expect(forAll.links).toEqual([]);
    expect(JSON.stringify(forAll)).not.toContain('secret place');
    const forUsers = await graphOfUser(carol, ben.name);
    expect(ports(forUsers, sensor)).toEqual(['temperature', 'rain']);
    expect(unitOn(forUsers, sensor)?.variables[0]?.canLink).toBe(true);

    const { username } = await carol.call('GET /api/me');
    const given = await grant(ben.client, ben.variableOf(fan, 'level'), 'write', username);
    const granted = await graphOfUser(carol, ben.name);
    expect(namesOn(granted)).toEqual(['Fan', 'Sensor']);
    expect(ports(granted, fan)).toEqual(['level']);
    const [output, input] = [ben.variableOf(sensor, 'temperature'), ben.variableOf(fan, 'level')];
    expect(granted.links).toEqual([{ id: made.id, output, input, own: null }]);
    await ben.client.call('DELETE /api/grants/:id', { params: { id: given.id } });
    expect(await graphOfUser(carol, ben.name)).toEqual(forUsers);

    const own = await graphOfUser(ben.client, ben.name.toUpperCase());
    expect(namesOn(own)).toEqual(['Fan', 'Hidden', 'Sensor']);
    expect(own.isEditable).toBe(false);
    await open(ben.client, sensor, 'private');
    expect(await graphOfUser(carol, ben.name)).toEqual(empty);
  });
});

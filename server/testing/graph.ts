import type { ApiReply } from '../contract.ts';
import type { TestClient } from './client.ts';
import type { TestInstance } from './instance.ts';
import { graphOf } from './links.ts';
import type { Unit } from './units.ts';

type Graph = ApiReply<'GET /api/graph'>;
type Visibility = 'private' | 'local' | 'public';

/** Users of their own, each with units and a graph: `ben1`, `ben2` … */
export function neighbourhood(croft: () => TestInstance) {
  let count = 0;
  return async () => {
    const name = `ben${++count}`;
    const client = await croft().user(name);
    return { name, client, ...graphOf(client) };
  };
}

/** A unit with an input `level`, and these outputs. */
export async function unitOf(
  owner: TestClient,
  body: { name: string; sector?: string; outputs?: string[] },
): Promise<Unit> {
  const names = body.outputs ?? ['temperature'];
  const schema = {
    input_variables: { level: { type: 'number' } },
    output_variables: Object.fromEntries(names.map((name) => [name, { type: 'number' }])),
  };
  return owner.call('POST /api/units', { body: { name: body.name, sector: body.sector ?? null, schema } });
}

export const showUnit = (owner: TestClient, { id }: { id: string }, visibility: Visibility) =>
  owner.call('PATCH /api/units/:id', { params: { id }, body: { visibility } });

export const showVariable = (owner: TestClient, id: string, visibility: Visibility) =>
  owner.call('PATCH /api/variables/:id', { params: { id }, body: { visibility } });

/** The unit is as visible as said, and all its outputs with it. */
export async function open(owner: TestClient, unit: Unit, visibility: Visibility): Promise<void> {
  await showUnit(owner, unit, visibility);
  for (const { id } of unit.variables) await showVariable(owner, id, visibility);
}

export const sectorAt = (owner: TestClient, path: string) => owner.call('POST /api/sectors', { body: { path } });

export const canvas = (client: TestClient, sector?: string): Promise<Graph> =>
  client.call('GET /api/graph', { query: { sector } });

export const addToCanvas = (client: TestClient, unit: string, sector: string | null = null) =>
  client.call('POST /api/graph/units', { body: { sector, unit } });

/** The names of the units, sorted. */
export const namesOn = ({ units }: Graph) => units.map(({ name }) => name).sort();
export const unitOn = ({ units }: Graph, { id }: { id: string }) => units.find((unit) => unit.id === id);

export const statusOf = async (client: TestClient, key: string, parts: Parameters<TestClient['send']>[1]) =>
  (await client.send(key, parts)).status;

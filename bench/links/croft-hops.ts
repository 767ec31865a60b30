import type pg from 'pg';
import { createClient, type TestClient } from '../../server/testing/client.ts';
import { startCroft } from '../ingest/croft.ts';
import { makePlace } from '../ingest/croft-system.ts';
import { durability, openDatabase } from '../ingest/database.ts';
import type { DeviceKeys } from '../ingest/fleet.ts';
import { cpuSeconds, familyCpuSeconds } from '../ingest/process-figures.ts';
import { createBoots } from '../ingest/system.ts';
import { feedsOf, type HopSystem } from './hop-system.ts';
import type { HopPlan } from './hops.ts';

const schema = {
  input_variables: { level: { type: 'number' } },
  output_variables: { value: { type: 'number' } },
};
const password = 'correct horse battery';

type Node = { keys: DeviceKeys; input: string; output: string };
type Made = { plan: HopPlan; sources: Node[]; targets: Node[] };

/** An instance with sealed devices and links between them. */
export async function startCroftHops(
  cleanup: AsyncDisposableStack,
  nodeOptions: readonly string[],
): Promise<HopSystem & { about: string }> {
  const place = await makePlace(cleanup);
  const croft = await startCroft({ ...place, nodeOptions });
  cleanup.defer(croft.stop);
  const { client, postmaster, close } = await openDatabase(place);
  cleanup.defer(close);
  const owner = createClient(() => croft.url);
  const token = new URL(croft.setupUrl).searchParams.get('token') ?? '';
  await owner.call('POST /api/setup', { body: { token, username: 'bench', password } });
  const nextBoot = createBoots();
  let last: Made | undefined;

  return {
    name: 'Croft',
    about: `${place.databaseUrl ? 'outside' : 'embedded'} ${await durability(client)}`,
    plan: async (shape) => {
      const feeds = feedsOf(shape);
      const sources = await makeNodes(owner, feeds.length);
      const targets = await makeNodes(owner, shape.count);
      for (const [place, fed] of feeds.entries()) {
        for (const target of fed) {
          const body = { output: sources[place]?.output ?? '', input: targets[target]?.input ?? '' };
          await owner.call('POST /api/links', { body });
        }
      }
      const line = (node: Node) => ({ port: croft.mqttPort, device: { keys: node.keys, boot: nextBoot() } });
      const publishing = ({ uuid }: DeviceKeys) => ({ publishes: `unit/${uuid}/output/value` });
      const hearing = ({ uuid }: DeviceKeys) => ({ hears: `unit/${uuid}/input/level` });
      const plan = {
        sources: sources.map((node) => ({ ...line(node), end: publishing(node.keys) })),
        targets: targets.map((node) => ({ ...line(node), end: hearing(node.keys) })),
        feeds,
      };
      last = { plan, sources, targets };
      return plan;
    },
    cpu: () => ({
      server: cpuSeconds([croft.pid]),
      postgres: postmaster === undefined ? Number.NaN : familyCpuSeconds(postmaster),
    }),
    check: async ({ counts }) => (last ? checkStored(client, last, counts) : { lost: 0, duplicated: 0 }),
  };
}

async function makeNodes(owner: TestClient, count: number): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let i = 0; i < count; i++) {
    const { id, variables } = await owner.call('POST /api/units', { body: { name: `Unit ${++made}`, schema } });
    const env = await owner.call('GET /api/units/:id/env', { params: { id } });
    const idOf = (direction: string) => variables.find((one) => one.direction === direction)?.id ?? '';
    const keys = {
      uuid: String(env.UNIT_UUID),
      token: String(env.PEPEUNIT_TOKEN),
      syncKey: String(env.SYNC_ENCRYPT_KEY),
      secretKey: String(env.SECRET_KEY),
    };
    nodes.push({ keys, input: idOf('input'), output: idOf('output') });
  }
  return nodes;
}
let made = 0;

/** Rows of outputs and of inputs, each value once; that of an input in the commit of its output. */
async function checkStored(client: pg.Client, { plan, sources, targets }: Made, counts: number[]) {
  let [lost, duplicated] = [0, 0];
  const look = async (variable: string, output: string, expected: number) => {
    const { rows } = await client.query(
      `select count(*)::int as stored, count(distinct e.number)::int as different, (count(distinct e.number)
         filter (where exists (select from events o where o.variable_id = ov.id and o.tx = e.tx and o.number = e.number)))::int as together
       from variables v join events e on e.variable_id = v.id, variables ov where v.uuid = $1 and ov.uuid = $2`,
      [variable, output],
    );
    lost += expected - rows[0].together;
    duplicated += rows[0].stored - rows[0].different;
  };
  for (const [place, fed] of plan.feeds.entries()) {
    const [output = '', expected = 0] = [sources[place]?.output, counts[place]];
    await look(output, output, expected);
    // Of many inputs some are looked at: a million rows each against the outputs would take minutes.
    for (const target of fed.slice(0, 5)) await look(targets[target]?.input ?? '', output, expected);
  }
  return { lost, duplicated };
}

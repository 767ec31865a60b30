import { randomBytes } from 'node:crypto';
import type { ApiReply } from '../server/contract.ts';
import { type ApiClient, apiOf, createApi } from './api.ts';
import { connectionHelp, connectionOptions, originOf, readConnection } from './connection.ts';
import { type DemoUnit, demoLinks, demoUnits } from './demo-tree.ts';
import { readArgs, UsageError } from './usage.ts';

type Unit = ApiReply<'GET /api/units'>[number];

const help = `croft demo [options]

Makes the example on a running instance: places, virtual units, units that wait for a board, and links between them. What is
there already stays as it is, so it can be run again.

  --setup <link>    the link that a fresh instance prints: makes its administrator first, with a random password
  --username <name> of that account (demo)
${connectionHelp}`;

const options = {
  ...connectionOptions,
  setup: { type: 'string' },
  username: { type: 'string', default: 'demo' },
  help: { type: 'boolean', default: false },
} as const;

/** @returns the exit code */
export async function demo(args: string[]): Promise<number> {
  const { values, rest } = readArgs(args, options);
  if (values.help) return tell(help);
  if (rest.length > 0) throw new UsageError(`${rest[0]} is no option.\n\n${help}`);
  const { setup, username } = values;
  const api = apiOf(setup ? await setUp(setup, username) : await readConnection(values, process.env));
  const { username: owner } = await api.call('GET /api/me');
  const made = {
    places: await makePlaces(api),
    units: await makeUnits(api, owner),
    links: await makeLinks(api, owner),
  };
  const counts = Object.entries(made).map(([what, names]) => `${names.length} ${what}`);
  tell(
    `\nMade ${counts.join(', ')}${Object.values(made).flat().length === 0 ? ': all of it was there already' : ''}.\n`,
  );
  return tell(whatToTry(api.url));
}

/** Makes the administrator of a fresh instance, and a token of theirs. */
async function setUp(link: string, username: string) {
  const url = originOf(link);
  const token = new URL(link).searchParams.get('token') ?? '';
  const password = randomBytes(15).toString('base64url');
  const { response } = await createApi(url, {}).ask('POST /api/setup', { body: { token, username, password } });
  const cookie = response.headers.getSetCookie().map((one) => one.split(';')[0]);
  const body = { name: 'croft demo', scopes: ['read' as const, 'write' as const], days: 30 };
  const made = await createApi(url, { Cookie: cookie.join('; '), Origin: url }).call('POST /api/tokens', { body });
  tell(`The administrator is ${username}, the password ${password}. Sign in at ${url} and choose another one.\n`);
  tell(`To go on from the command line:\n\n  export CROFT_URL=${url} CROFT_TOKEN=${made.secret}\n\n`);
  return { url, token: made.secret };
}

async function makePlaces(api: ApiClient): Promise<string[]> {
  const known = new Set((await api.call('GET /api/sectors')).map(({ path }) => path));
  const missing = [...new Set(demoUnits.map(({ sector }) => sector))].filter((path) => !known.has(path));
  for (const path of missing) await api.call('POST /api/sectors', { body: { path } });
  return noted('place', missing);
}

async function makeUnits(api: ApiClient, owner: string): Promise<string[]> {
  const known = new Set((await api.call('GET /api/units')).map(({ address }) => address));
  const sectors = new Map((await api.call('GET /api/sectors')).map(({ path, id }) => [path, id]));
  const missing = demoUnits.filter(({ sector, name }) => !known.has(`${owner}:${sector}/${name}`));
  for (const unit of missing) await setValues(api, await makeUnit(api, unit, sectors.get(unit.sector) ?? null), unit);
  return noted(
    'unit',
    missing.map(({ sector, name }) => `${sector}/${name}`),
  );
}

async function makeUnit(
  api: ApiClient,
  { name, simulation, renamed = [], schema }: DemoUnit,
  sector: string | null,
): Promise<Unit> {
  if (!simulation) return api.call('POST /api/units', { body: { name, sector, schema } });
  const unit = await api.call('POST /api/units/virtual', { body: { name, sector, simulation } });
  if (!schema.input_variables) return unit;
  const inputs = { ...Object(unit.schema.input_variables), ...schema.input_variables };
  for (const gone of renamed) delete inputs[gone];
  const body = { schema: { ...unit.schema, input_variables: inputs } };
  return api.call('PUT /api/units/:id/schema', { params: { id: unit.id }, body });
}

async function setValues(api: ApiClient, { variables }: Unit, { values }: DemoUnit): Promise<void> {
  for (const { id, name, direction } of variables) {
    const value = values[name];
    if (direction !== 'input' || value === undefined) continue;
    await api.call('PUT /api/variables/:id/value', { params: { id }, body: { value } });
  }
}

async function makeLinks(api: ApiClient, owner: string): Promise<string[]> {
  const units = await api.call('GET /api/units');
  const ids = new Map<string, string>(
    units.flatMap(({ address, variables }) =>
      variables.map(({ name, direction, id }) => [`${direction} ${address}#${name}`, id] as const),
    ),
  );
  const known = new Set(
    (await api.call('GET /api/links', { query: {} })).map(({ output, input }) => `${output.id} ${input.id}`),
  );
  const made: string[] = [];
  for (const link of demoLinks) {
    const output = ids.get(`output ${owner}:${link.output}`);
    const input = ids.get(`input ${owner}:${link.input}`);
    // One of its units may have been changed or renamed since.
    if (!output || !input || known.has(`${output} ${input}`)) continue;
    await api.call('POST /api/links', { body: { output, input, onlyOnChange: true } });
    made.push(`${link.output} → ${link.input}`);
  }
  return noted('link', made);
}

function noted(kind: string, names: string[]): string[] {
  for (const name of names) tell(`  ${kind.padEnd(6)} ${name}\n`);
  return names;
}

const whatToTry = (url: string) => `
Look at it: ${url}

Try (virtual units, done at once):
  npm run croft -- tx /home/Garage/Light on true
  npm run croft -- tx /home/Garage/Light level 25
  npm run croft -- tx /home/Back yard/Wood Shed/Alarm set active true
  npm run croft -- tx /home/Back yard/Wood Shed/Alarm siren on
     and a moment later the light in the garage is on: they are linked

Units that wait for a board (their commands stay queued until one is connected, or they expire):
  npm run croft -- tx --wait 1 /home/Back yard/Sauna/Stove target 95
  npm run croft -- tx /home/Back yard/Camera reboot --test

Places have spaces, and need no quotes. A mistake is pointed at:
  npm run croft -- tx /home/Back yard/Sauna/Stove target 200
`;

function tell(text: string): number {
  process.stdout.write(text);
  return 0;
}

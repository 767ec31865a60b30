import { randomUUID } from 'node:crypto';
import type { ApiReply } from '../../../server/contract.ts';
import type { TestClient } from '../../../server/testing/client.ts';
import { createBoard } from './board.ts';
import { loadedFlash } from './files.ts';

type Shown = ApiReply<'GET /api/units/:id'>;
type Json = ApiReply<'GET /api/units/:id/env'>;
type Options = Parameters<typeof createBoard>[1] & {
  schema?: Json;
  example?: Json;
  /** The owner's own values of env.json. */
  settings?: Json;
  unit?: string;
};

const schema = {
  world_state: ['time'],
  input_variables: { lamp: { type: 'boolean' }, level: { type: 'number' } },
  output_variables: { temperature: { type: 'number' }, door: { type: 'string' }, alarm: { type: 'boolean' } },
};

/** A unit.py whose outputs are what a test puts into `values`, and which keeps what it hears. */
export const obedientUnit = `
EVERY = 0
values = []
heard = []
began = 0

def setup():
    global began
    began += 1

def read():
    return values.pop(0) if values else None

def on_input(name, value):
    heard.append([name, value])

def on_command(name, args):
    return "%s %s" % (name, args)
`;

/** A unit of this owner and the board that holds its env.json and this unit.py. */
export async function unitOnBoard(owner: TestClient, options: Options = {}) {
  const { example = {}, settings } = options;
  const body = { name: `Board ${randomUUID()}`, schema: options.schema ?? schema, example };
  const unit = await owner.call('POST /api/units', { body });
  const id = { params: { id: unit.id } };
  if (settings) await owner.call('PUT /api/units/:id/settings', { ...id, body: settings });
  const env: Json = { ...(await owner.call('GET /api/units/:id/env', id)), MQTT_HOST: '127.0.0.1' };
  const board = createBoard(loadedFlash(options.unit ?? obedientUnit, env), options);
  const variable = (name: string) => unit.variables.find((one) => one.name === name)?.id ?? '';

  return {
    unit,
    board,
    env,
    /** Hands the unit's program these outputs, one dictionary for each time it is asked. */
    give: (...values: object[]) => board.evaluate(`__import__("unit").values.extend(${python(values)})`),
    heard: async () => (await board.evaluate('__import__("unit").heard')) as [string, unknown][],
    set: (name: string, value: Json[string]) =>
      owner.call('PUT /api/variables/:id/value', { params: { id: variable(name) }, body: { value } }),
    show: (name: string) => owner.call('GET /api/variables/:id', { params: { id: variable(name) } }),
    /** [epoch ms, value] of all that is stored, oldest first. */
    async stored(name: string): Promise<[number, unknown][]> {
      const query = { from: '2020-01-01T00:00:00Z', limit: 10_000 };
      const reply = await owner.call('GET /api/variables/:id/history', { params: { id: variable(name) }, query });
      return (reply as unknown as { points: [number, unknown][] }).points;
    },
    refusals: async () => (await owner.call('GET /api/units/:id/refusals', id)).map(({ reason }) => reason),
    log: async () => (await owner.call('GET /api/units/:id/log', id)).map(({ text }) => text),
    /** As its owner sees it. */
    shown: async () => (await owner.call('GET /api/units/:id', id)) as Extract<Shown, { state: unknown }>,
  };
}

export type UnitOnBoard = Awaited<ReturnType<typeof unitOnBoard>>;

/** A JSON value as Python has it. */
function python(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}: ${python(one)}`)
    .join(', ')}}`;
}

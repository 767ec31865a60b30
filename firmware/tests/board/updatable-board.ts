import { expect, onTestFinished } from 'vitest';
import type { TestClient } from '../../../server/testing/client.ts';
import { eventually } from '../../../server/testing/eventually.ts';
import type { TestInstance } from '../../../server/testing/instance.ts';
import { templateOf } from '../../../server/testing/templates.ts';
import { httpBetween } from '../between/http.ts';
import { createBoard } from './board.ts';
import { bytesOf, textOf } from './files.ts';
import type { Flash } from './protocol.ts';
import { obedientUnit } from './unit-on-board.ts';

const before = { output_variables: { temperature: { type: 'number' }, old: { type: 'number' } } };
const after = { output_variables: { temperature: { type: 'number' }, fresh: { type: 'number' } } };
export const newUnit = `${obedientUnit}\nversion = 2\n`;
export const changes = { 'unit.py': newUnit, 'lib/extra.py': 'x = 1\n', 'lib/drivers/probe.mpy': 'not run' };
/** What an update has to leave behind and nothing else. */
const working = /\.(new|old|part|sealed|tmp)$|^(swap|job|result|manifest)\.json$/;

type Deps = { croft: TestInstance; owner: TestClient };

/**
 * A unit at version v1 of a template, and a board that was loaded with what the instance says belongs on it. v2 has another
 * unit.py, a new file, and one in another form; `files` are further ones of it. Somebody stands between the two on HTTP.
 */
export async function updatableBoard({ croft, owner }: Deps, files: Record<string, string> = {}) {
  const template = await templateOf(croft.db, owner);
  const example = { LAMP_PIN: 4 };
  const loaded = { 'unit.py': obedientUnit, 'lib/drivers/probe.py': 'old probe' };
  await template.add({ label: 'v1', schema: before, example, files: loaded });
  const unit = await owner.call('POST /api/units', { body: { name: `Board ${template.id}`, template: template.id } });
  await template.add({ label: 'v2', schema: after, example, files: { ...changes, ...files } });

  const id = { params: { id: unit.id } };
  const env = await owner.call('GET /api/units/:id/env', id);
  const between = await httpBetween(croft.url, env);
  onTestFinished(between.close);
  const board = createBoard(await flashOf());
  const atFirst = new Map(board.flash);

  async function flashOf(): Promise<Flash> {
    const { files: program } = await owner.call('GET /api/units/:id/program', id);
    const flash: Flash = new Map(program.map(({ path, content }) => [path, Buffer.from(content, 'base64')]));
    const wifi = { WIFI_SSID: 'Shed', WIFI_PASS: 'a Wi-Fi password' };
    return flash.set('env.json', bytesOf(JSON.stringify({ ...env, ...wifi, PEPEUNIT_URL: between.url })));
  }
  const shown = async () => {
    const one = await owner.call('GET /api/units/:id', id);
    if (!('state' in one)) throw new Error('the unit is not shown to its owner');
    return one;
  };
  /** The newest command, which carries the update or the new env.json. */
  const receipt = async () => (await owner.call('GET /api/units/:id/commands', id))[0];

  async function startUntilOnline(): Promise<void> {
    await board.start();
    await eventually(async () =>
      expect(await board.evaluate('__import__("croft.link").link.mqtt is not None')).toBe(true),
    );
  }
  /** A start that resets by itself. */
  async function tryOnce(): Promise<void> {
    await board.start();
    expect((await board.ended()).how).toBe('reset');
  }
  const command = (name: string) => owner.call('POST /api/units/:id/commands', { ...id, body: { command: name } });
  const order = () => owner.call('POST /api/units/:id/updates', { ...id, body: {} });

  return {
    ...{ unit, env, template, board, atFirst, state: between.state, shown, startUntilOnline, tryOnce, command, order },
    /** Has it done; resolves when the board, restarted for it, has done its part and resets. */
    async take(ordering: () => Promise<unknown> = order): Promise<void> {
      await startUntilOnline();
      await ordering();
      expect((await board.ended()).how).toBe('reset');
      await tryOnce();
    },
    /** Time goes by for the board in steps, so that the instance can answer its pings in between; `ms` of it. */
    async timePasses(ms: number): Promise<void> {
      for (let passed = 0; passed < ms; passed += 2_000) {
        board.advance(2_000);
        await shown();
      }
    },
    /** The newest update, once it is so far. */
    reaches: (status: string) =>
      eventually(async () => {
        const [newest] = await owner.call('GET /api/units/:id/updates', id);
        expect(newest?.status).toBe(status);
        return newest;
      }),
    tells: (status: string, detail: string) =>
      eventually(async () => expect(await receipt()).toMatchObject({ status, detail })),
    remakeKeys: (overlap: boolean) => owner.call('POST /api/units/:id/keys', { ...id, body: { overlap } }),
    currentEnv: () => owner.call('GET /api/units/:id/env', id),
    refusals: async () => (await owner.call('GET /api/units/:id/refusals', id)).map(({ reason }) => reason),
    names: async () => (await shown()).variables.map(({ name }) => name).toSorted(),
    /** Stops once the instance has the result. */
    async stopWhenTold(): Promise<void> {
      await eventually(async () =>
        expect(await board.evaluate('__import__("os").listdir()')).not.toContain('result.json'),
      );
      await board.stop();
    },
  };
}

export const leftovers = (flash: Flash) => [...flash.keys()].filter((path) => working.test(path));

/** The program in a flash: what an update may change. */
export function programIn(flash: Flash): Record<string, string> {
  const paths = [...flash.keys()].filter((path) => /\.m?py$|^version/.test(path)).toSorted();
  return Object.fromEntries(paths.map((path) => [path, textOf(flash.get(path))]));
}

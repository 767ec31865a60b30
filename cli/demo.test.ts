import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../server/testing/client.ts';
import { eventually } from '../server/testing/eventually.ts';
import { type TestInstance, testInstance } from '../server/testing/instance.ts';

const program = fileURLToPath(new URL('./croft.ts', import.meta.url));

let croft: TestInstance;
beforeAll(async () => {
  croft = await testInstance();
});
afterAll(() => croft.close());

async function run(args: string[], env: Record<string, string> = {}): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout;
}

test('croft demo makes the example on a fresh instance, once, and what it says to try works', async () => {
  const first = await run(['demo', '--setup', croft.setupUrl ?? '']);
  const [, url = '', token = ''] = /export CROFT_URL=(\S+) CROFT_TOKEN=(\S+)/.exec(first) ?? [];
  const [, password = ''] = /the password (\S+)\. Sign in/.exec(first) ?? [];
  expect(url).toBe(croft.url);
  expect(first).toContain('Made 7 places, 9 units, 4 links.');

  const client = createClient(() => croft.url);
  await client.call('POST /api/sessions', { body: { username: 'demo', password } });
  const everything = async () => ({
    sectors: await client.call('GET /api/sectors'),
    units: (await client.call('GET /api/units')).map(({ id, address }) => ({ id, address })),
    links: (await client.call('GET /api/links', { query: {} })).map(({ id }) => id),
  });
  const made = await everything();
  expect(made.units.map(({ address }) => address)).toContain('demo:/home/Back yard/Wood Shed/Alarm');
  const env = { CROFT_URL: url, CROFT_TOKEN: token };
  expect(await run(['demo'], env)).toContain('Made 0 places, 0 units, 0 links: all of it was there already.');
  expect(await everything()).toEqual(made);

  const lines = [...first.matchAll(/npm run croft -- tx (.*)/g)].map(([, line = '']) => line.split(' '));
  expect(lines.length).toBe(7);
  const ends: (number | undefined)[] = [];
  for (const line of lines) {
    const end = run(['tx', ...line], env).then(
      () => 0,
      (error: { code: number }) => error.code,
    );
    ends.push(await end);
  }
  expect(ends).toEqual([0, 0, 0, 0, 3, 0, 2]);

  const lamp = (await client.call('GET /api/units')).find(({ name }) => name === 'Light');
  const idOf = (name: string) => lamp?.variables.find((one) => one.name === name)?.id ?? '';
  const currentOf = async (name: string) =>
    (await client.call('GET /api/variables/:id', { params: { id: idOf(name) } })).value;
  await run(['tx', '/home/Garage/Light on false'], env);
  await run(['tx', '/home/Back yard/Wood Shed/Alarm siren off'], env);
  await run(['tx', '/home/Back yard/Wood Shed/Alarm siren on'], env);
  await eventually(async () => {
    expect(await currentOf('on')).toBe(true);
    expect(await currentOf('brightness')).toBeGreaterThan(100);
  }, 15_000);
}, 60_000);

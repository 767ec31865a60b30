import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../server/testing/client.ts';
import { sealedDevice } from '../server/testing/device.ts';
import { eventually } from '../server/testing/eventually.ts';
import { type TestInstance, testInstance } from '../server/testing/instance.ts';

const program = fileURLToPath(new URL('./croft.ts', import.meta.url));

let croft: TestInstance;
let owner: TestClient;
let token = '';
let home = '';

beforeAll(async () => {
  croft = await testInstance();
  owner = await croft.user('ada');
  token = await tokenOf(owner, 'read', 'write');
  home = await mkdtemp(join(tmpdir(), 'croft-cli-'));
});
afterAll(async () => {
  await croft.close();
  await rm(home, { recursive: true, force: true });
});

async function tokenOf(client: TestClient, ...scopes: ('read' | 'write')[]): Promise<string> {
  return (await client.call('POST /api/tokens', { body: { name: 'CLI', scopes, days: 1 } })).secret;
}

/** Runs the program to its end, with nothing in its environment but what is given. */
async function run(args: string[], env: Record<string, string> = { CROFT_URL: croft.url, CROFT_TOKEN: token }) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...said };
}

const schema = {
  input_variables: { on: { type: 'boolean' }, level: { type: 'number', maximum: 100 }, title: { type: 'string' } },
};
async function makeUnit(path: string, name: string) {
  const sector = await owner.call('POST /api/sectors', { body: { path } });
  const unit = await owner.call('POST /api/units', { body: { name, schema, sector: sector.id } });
  return { unit, env: await owner.call('GET /api/units/:id/env', { params: { id: unit.id } }) };
}

describe('croft tx', () => {
  test('shows the receipt as it moves, and ends with 0 when the unit has done it', async () => {
    const { env } = await makeUnit('/home/Back yard', 'Big light');
    const device = await sealedDevice(env, { port: croft.mqttPort });
    await device.subscribe('input/+', 'command');
    const set = await run(['tx', '/home/Back', 'yard/Big', 'light', 'level', '-5']);
    expect(set).toMatchObject({ code: 0, err: '' });
    expect(set.out).toMatch(/^(queued\n)?(sent\n)?done\n$/);
    const message = run(['tx', '/home/Back yard/Big light reboot']);
    const id = await eventually(() => {
      const [heard] = device.heardOn('command') as { id: string }[];
      expect(heard).toBeDefined();
      return heard?.id;
    });
    await device.publish('receipt', { id, status: 'received' });
    await device.publish('receipt', { id, status: 'failed', detail: 'no power' });
    const { code, out } = await message;
    expect(code).toBe(1);
    expect(out.endsWith('failed: no power\n')).toBe(true);
    await run(['tx', '/home/Back yard/Big light', 'title', 'two  words']);
    await eventually(() => expect(device.heardOn('input/title')).toEqual(['two  words']));
    expect(device.heardOn('input/level')).toEqual([-5]);
    await device.close();
  });

  test('says that the unit is away, or that it expired', async () => {
    const { unit } = await makeUnit('/home', 'Away');
    const waiting = await run(['tx', '--wait', '0.5', '/home/Away', 'on', 'yes']);
    expect(waiting).toMatchObject({ code: 3, out: 'queued\n' });
    expect(waiting.err).toContain('The unit is away.');
    expect((await run(['tx', '--wait=0', '/home/Away on no'])).code).toBe(0);
    const short = await run(['tx', '--expires', '1', '--json', '/home/Away level 3']);
    expect(short.code).toBe(1);
    expect(JSON.parse(short.out)).toMatchObject({ unit: unit.id, status: 'expired', line: '/home/Away level 3' });
  });

  test('draws a mark under the fault, and ends with 2', async () => {
    await makeUnit('/home/Zoë’s 🚲 shed', 'Light');
    const { code, err, out } = await run(['tx', '/home/Zoë’s 🚲 shed/Lamp', 'on']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe(
      [
        '  "/home/Zoë’s 🚲 shed/Lamp" on',
        '                      ^',
        'In /home/Zoë’s 🚲 shed/ no unit is called like this. There is: Light.',
        '',
      ].join('\n'),
    );
  });

  test('does nothing in a dry run', async () => {
    const { unit } = await makeUnit('/home', 'Dry');
    expect(await run(['tx', '/home/Dry', 'level', '7', '--test'])).toEqual({
      ...{ code: 0, err: '' },
      out: 'dry run: level would be set to 7.\n',
    });
    expect(await owner.call('GET /api/units/:id/commands', { params: { id: unit.id } })).toEqual([]);
  });

  test('takes the address from a sector, and the connection from flags or its file', async () => {
    await makeUnit('/home/Garage', 'Lamp');
    const line = ['--here', '/home/Garage', '--wait', '0', 'Lamp', 'on', 'off'];
    expect((await run(['tx', '--url', croft.url, '--token', token, ...line], {})).code).toBe(0);
    await mkdir(join(home, '.config'));
    await writeFile(join(home, '.config', 'croft.json'), JSON.stringify({ url: croft.url, token }));
    expect((await run(['tx', ...line], {})).code).toBe(0);
    expect((await run(['tx', ...line], { CROFT_TOKEN: 'croft_wrong' })).err).toMatch(/token/i);
  });

  test('tells the token of its file to no other instance', async () => {
    await mkdir(join(home, 'other', '.config'), { recursive: true });
    await writeFile(join(home, 'other', '.config', 'croft.json'), JSON.stringify({ url: croft.url, token }));
    const asked: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      asked.push(headers.authorization);
      response.end('<html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    const { code, err } = await run(['tx', '--url', url, '/x on'], { HOME: join(home, 'other') });
    expect(code).toBe(2);
    expect(err).toContain(`No API token for ${url}`);
    expect(asked).toEqual([]);
    expect(await run(['tx', '--url', url, '--token', 'mine', '/x on'])).toMatchObject({
      code: 1,
      err: `${url} answers 200, not as Croft does.\n`,
    });
    server.close();
    const gone = await run(['tx', '--url', url, '--token', 'mine', '/x on']);
    expect(gone).toMatchObject({ code: 1, err: expect.stringContaining('does not answer (ECONNREFUSED)') });
  });

  test('can give commands with a token that may not read, without following them', async () => {
    await makeUnit('/home', 'Blind');
    const env = { CROFT_URL: croft.url, CROFT_TOKEN: await tokenOf(owner, 'write') };
    const { code, err } = await run(['tx', '/home/Blind on true'], env);
    expect(code).toBe(3);
    expect(err).toContain('It was taken, but cannot be followed: This API token lacks the scope "read".');
  });
});

describe('croft', () => {
  test.for([
    [['fly'], 'There is no command fly.'],
    [['tx'], 'croft tx [options] <address> <command>'],
    [['tx', '--wait', 'long', '/x on'], '--wait: a number of seconds from 0 to 86400, not long'],
    [['tx', '--loud', '/x on'], '--loud'],
    [['tx', '--url', 'ftp://x', '/x on'], 'ftp://x is no address of an instance'],
    [['demo', 'now'], 'now is no option.'],
  ] as const)('called with %j says what is wrong, and ends with 2', async ([args, message]) => {
    const { code, err } = await run([...args]);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test.for([[[]], [['--help']], [['tx', '--help']], [['demo', '--help']]] as const)(
    '%j tells how it is used',
    async ([args]) => {
      const { code, out } = await run([...args]);
      expect(code).toBe(0);
      expect(out).toMatch(/^croft /);
    },
  );
});

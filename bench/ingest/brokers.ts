import { type ChildProcess, fork, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeviceKeys } from './fleet.ts';
import { cpuSeconds, residentMb } from './process-figures.ts';
import { createBoots, type System } from './system.ts';

const aedesProgram = fileURLToPath(new URL('../bare-aedes.ts', import.meta.url));

/** aedes with nothing around it, as fast as it can be set up. */
export async function startAedes(count: number, cleanup: AsyncDisposableStack): Promise<System> {
  const child = fork(aedesProgram, { execArgv: [] });
  cleanup.defer(() => end(child));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: number) => resolve(message));
    child.once('exit', () => reject(new Error('aedes did not start')));
  });
  return brokerOf('aedes', child, port, count);
}

/** mosquitto without persistence; undefined where it is not installed. */
export async function startMosquitto(count: number, cleanup: AsyncDisposableStack): Promise<System | undefined> {
  const program = findMosquitto();
  if (program === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'croft-bench-mosquitto-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    'log_type error',
  ];
  await writeFile(join(folder, 'mosquitto.conf'), `${settings.join('\n')}\n`);
  const child = spawn(program, ['-c', join(folder, 'mosquitto.conf')], { stdio: ['ignore', 'inherit', 'inherit'] });
  cleanup.defer(() => end(child));
  await listening(port, child);
  return brokerOf('mosquitto', child, port, count);
}

function brokerOf(name: string, child: ChildProcess, port: number, count: number): System {
  const pid = child.pid ?? 0;
  return {
    name,
    port,
    devices: Array.from({ length: count }, madeUpDevice),
    isEndless: true,
    nextBoot: createBoots(),
    cpu: () => ({ server: cpuSeconds([pid]), postgres: Number.NaN }),
    memory: () => ({ server: residentMb(pid), postgres: Number.NaN }),
    check: undefined,
  };
}

/** Keys that nobody checks, of the lengths they have in an env.json. */
const madeUpDevice = (): DeviceKeys => ({
  uuid: randomUUID(),
  token: randomBytes(200).toString('base64url'),
  syncKey: randomBytes(32).toString('base64url'),
  secretKey: randomBytes(32).toString('base64url'),
});

/** In PATH, or where Debian puts it, which an ordinary user's PATH leaves out. */
function findMosquitto(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'mosquitto')).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Resolves when the port answers. @throws when the process ended before */
async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('mosquitto did not start');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

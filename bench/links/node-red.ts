import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startMosquitto } from '../ingest/brokers.ts';
import { cpuSeconds } from '../ingest/process-figures.ts';
import { feedsOf, type HopSystem, type Shape } from './hop-system.ts';

const version = '5.0.7';
const installWithin = 300_000;
const startWithin = 60_000;

/** Node-RED with mosquitto: flows from `mqtt in` to `mqtt out`. @returns why not, where it cannot be had */
export async function startNodeRed(
  cleanup: AsyncDisposableStack,
  folder: string | undefined,
): Promise<HopSystem | string> {
  const broker = await startMosquitto(0, cleanup);
  if (!broker) return 'mosquitto is not installed here (apt install mosquitto)';
  const program = await install(cleanup, folder);
  if (program instanceof Error) return `Node-RED cannot be installed by npm here: ${program.message.split('\n')[0]}`;
  const running: ChildProcess[] = [];
  return {
    name: 'Node-RED + mosquitto',
    plan: async (shape) => {
      running.push(await startFlows(program, broker.port, shape, cleanup));
      const at = (end: { publishes: string } | { hears: string }) => ({ port: broker.port, end, device: undefined });
      const feeds = feedsOf(shape);
      return {
        sources: feeds.map((_, i) => at({ publishes: `${shape.kind}/out/${i}` })),
        targets: Array.from({ length: shape.count }, (_, i) => at({ hears: `${shape.kind}/in/${i}` })),
        feeds,
      };
    },
    cpu: () => {
      const pid = running.at(-1)?.pid;
      return { server: broker.cpu().server + (pid ? cpuSeconds([pid]) : 0), postgres: Number.NaN };
    },
    check: undefined,
  };
}

/** @param folder where it is installed already, or is to stay; without it the installation goes when the benchmark ends */
async function install(cleanup: AsyncDisposableStack, folder: string | undefined): Promise<string | Error> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'croft-bench-node-red-')));
  if (folder === undefined) cleanup.defer(() => rm(place, { recursive: true, force: true }));
  const args = ['install', '--no-audit', '--no-fund', '--no-save', '--prefix', place, `node-red@${version}`];
  try {
    await mkdir(place, { recursive: true });
    await promisify(execFile)('npm', args, { timeout: installWithin });
  } catch (error) {
    return error as Error;
  }
  return join(place, 'node_modules', 'node-red', 'red.js');
}

/** A Node-RED of its own for each shape, with nothing but the flows. */
async function startFlows(program: string, port: number, shape: Shape, cleanup: AsyncDisposableStack) {
  const folder = await mkdtemp(join(tmpdir(), 'croft-bench-flows-'));
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'flows.json'), JSON.stringify(flowsOf(port, shape)));
  await writeFile(join(folder, 'settings.js'), `module.exports = ${JSON.stringify(settings)};\n`);
  const child = spawn(
    process.execPath,
    [program, '--userDir', folder, '--settings', join(folder, 'settings.js'), 'flows.json'],
    {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  cleanup.defer(() => end(child));
  await connected(child);
  return child;
}

const settings = {
  flowFile: 'flows.json',
  httpAdminRoot: false,
  httpNodeRoot: false,
  uiPort: 0,
  uiHost: '127.0.0.1',
  telemetry: { enabled: false },
  logging: { console: { level: 'info', metrics: false, audit: false } },
};

function flowsOf(port: number, shape: Shape) {
  const broker = { id: 'broker', type: 'mqtt-broker', broker: '127.0.0.1', port: String(port), keepalive: '60' };
  const settled = { autoConnect: true, cleansession: true, protocolVersion: '4', usetls: false };
  const onTab = { z: 'tab', broker: 'broker', qos: '1', x: 0, y: 0 };
  const outId = (target: number) => `out${target}`;
  return [
    { id: 'tab', type: 'tab', label: 'bench' },
    { ...broker, ...settled },
    ...feedsOf(shape).map((fed, i) => {
      const wires = [fed.map(outId)];
      return {
        ...onTab,
        id: `in${i}`,
        type: 'mqtt in',
        topic: `${shape.kind}/out/${i}`,
        datatype: 'utf8',
        inputs: 0,
        wires,
      };
    }),
    ...Array.from({ length: shape.count }, (_, i) => {
      return { ...onTab, id: outId(i), type: 'mqtt out', topic: `${shape.kind}/in/${i}`, retain: 'false', wires: [] };
    }),
  ];
}

/** Resolves once its flows are connected to the broker. */
async function connected(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  child.stdout?.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-4_000);
    if (/Connected to broker/.test(said)) resolve();
  });
  child.once('exit', (code) => reject(new Error(`Node-RED ended with exit code ${code}: ${said}`)));
  const timer = setTimeout(() => reject(new Error(`Node-RED did not start: ${said}`)), startWithin);
  await promise.finally(() => clearTimeout(timer));
  // Its subscriptions follow the connection.
  await new Promise((done) => setTimeout(done, 1_000));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

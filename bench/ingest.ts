import { resolve } from 'node:path';
import { startAedes, startMosquitto } from './ingest/brokers.ts';
import { makePlace, startCroftSystem } from './ingest/croft-system.ts';
import { durability } from './ingest/database.ts';
import { type IdleFigures, measureIdle } from './ingest/idle-run.ts';
import type { Load } from './ingest/load.ts';
import { type LoadRow, runOn } from './ingest/load-run.ts';
import { describeMachine } from './ingest/machine.ts';
import { help, type Options, type RunName, readOptions, type SystemName } from './ingest/options.ts';
import { disturbance, idleText, loadName, loadTable } from './ingest/report.ts';
import type { System } from './ingest/system.ts';
import { idleTargets, loadTargets } from './ingest/targets.ts';
import { targetText } from './targets.ts';

type LoadRun = { name: Exclude<RunName, 'idle'>; load: Load /** In relation to --devices. */; times: number };

const loadRuns: LoadRun[] = [
  { name: 'window-10', load: { window: 10 }, times: 1 },
  { name: 'window-1', load: { window: 1 }, times: 4 },
  { name: 'paced', load: { rate: 2_000 }, times: 1 },
];
const idleTimes = 10;

/** @returns the exit code: 1 when something acknowledged was not stored exactly once */
export async function ingest(args: string[], cleanup: AsyncDisposableStack): Promise<number> {
  const options = readOptions(args);
  if (options.help) {
    print(help);
    return 0;
  }
  return measureAll(options, cleanup);
}

async function measureAll(options: Options, cleanup: AsyncDisposableStack): Promise<number> {
  print(`${(await describeMachine()).join('\n')}\n`);
  const rows: LoadRow[] = [];
  for (const name of options.systems) rows.push(...(await measureSystem(name, options, cleanup)));
  const isIdleWanted = options.runs.includes('idle') && options.systems.includes('croft');
  const idle = isIdleWanted ? await measureIdleOnce(options, cleanup) : undefined;
  if (rows.length > 0) print(`\n${loadTable(rows)}${disturbance(rows)}`);
  if (idle) print(`\n${idleText(idle)}`);
  const measured = rows.filter(({ correctness }) => correctness !== undefined);
  const targets = [...(measured.length > 0 ? loadTargets(measured) : []), ...(idle ? idleTargets(idle) : [])];
  if (targets.length > 0)
    print(
      `\nTargets (for 2 cores with Postgres beside it, 200 devices at window 10 and 800 at window 1):\n${targetText(targets)}`,
    );
  return rows.every(isCorrect) ? 0 : 1;
}

const isCorrect = ({ correctness, strays, unacknowledged }: LoadRow) =>
  strays === 0 && unacknowledged === 0 && (!correctness || (correctness.lost === 0 && correctness.duplicated === 0));

async function measureSystem(name: SystemName, options: Options, cleanup: AsyncDisposableStack): Promise<LoadRow[]> {
  const runs = loadRuns.filter((run) => options.runs.includes(run.name));
  if (runs.length === 0) return [];
  const running = cleanup.use(new AsyncDisposableStack());
  const system = await startSystem(name, Math.max(...runs.map((run) => run.times)) * options.devices, options, running);
  const rows: LoadRow[] = [];
  for (const { load, times } of system ? runs : []) {
    if (!system) continue;
    const devices = options.devices * times;
    progress(`${system.name}: ${devices} devices, ${loadName(load)}`);
    rows.push(await runOn(system, { devices, load, seconds: options.seconds }, running));
  }
  await running.disposeAsync();
  return rows;
}

async function startSystem(
  name: SystemName,
  devices: number,
  options: Options,
  cleanup: AsyncDisposableStack,
): Promise<System | undefined> {
  if (name === 'aedes') return startAedes(devices, cleanup);
  if (name === 'mosquitto') {
    const system = await startMosquitto(devices, cleanup);
    if (!system) print('mosquitto is not installed here: left out\n');
    return system;
  }
  progress(`Croft: starting, ${devices} units`);
  const nodeOptions = options.profileFolder ? ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profileFolder)}`] : [];
  const place = { ...(await makePlace(cleanup)), nodeOptions };
  const { system, client } = await startCroftSystem(place, { units: devices }, cleanup);
  print(`${place.databaseUrl ? 'outside' : 'embedded'} ${await durability(client)}\n`);
  return system;
}

async function measureIdleOnce({ devices }: Options, cleanup: AsyncDisposableStack): Promise<IdleFigures> {
  progress(`Croft: idle, then ${devices * idleTimes} silent devices`);
  const running = cleanup.use(new AsyncDisposableStack());
  const figures = await measureIdle(devices * idleTimes, running);
  await running.disposeAsync();
  return figures;
}

const print = (text: string) => void process.stdout.write(text);
/** What is being done, for those who wait; not part of the figures. */
const progress = (text: string) => void process.stderr.write(`… ${text}\n`);

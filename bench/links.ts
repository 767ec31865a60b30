import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startAedes, startMosquitto } from './ingest/brokers.ts';
import { describeMachine } from './ingest/machine.ts';
import { bareHops } from './links/bare-broker.ts';
import { startCroftHops } from './links/croft-hops.ts';
import { hopTable, hopTargets } from './links/hop-report.ts';
import { type HopRow, runHops } from './links/hop-run.ts';
import type { HopSystem, Shape } from './links/hop-system.ts';
import type { HopLoad } from './links/hops.ts';
import { startNodeRed } from './links/node-red.ts';
import { targetText } from './targets.ts';

const help = `npm run bench -- links [options]

How long a value takes from one device to the linked input on another one's socket, and how many inputs a second one output
feeds. Croft stores outputs and inputs before it acknowledges and delivers, sealed both ways; beside it Node-RED with mosquitto
does the same hop (installed by npm for the run, mosquitto by the system), and a bare broker that has no edge at all.

  --seconds <n>      measured time of each run (10); 5 s of warm-up come before it
  --pairs <n>        pairs of devices at 1,000 values/s in all (20)
  --inputs <n>       inputs that one output feeds (100)
  --window <n>       values of the fan-out on their way at once (20)
  --only <names>     some of: croft, node-red, bare; separated by commas
  --profile <dir>    leaves a CPU profile of the instance there (the figures are lower then)
  --node-red <dir>   where Node-RED is, or is to be kept; without it, it goes with the run

Exit code 1 when a value is lost, doubled, out of order, or not stored exactly once.
`;

const names = ['croft', 'node-red', 'bare'] as const;
const rate = 1_000;
const warmUp = 5;

type Options = ReturnType<typeof readOptions>;

/** @returns the exit code */
export async function links(args: string[], cleanup: AsyncDisposableStack): Promise<number> {
  const options = readOptions(args);
  if (options.isHelp) {
    print(help);
    return 0;
  }
  return measureAll(options, cleanup);
}

async function measureAll(options: Options, cleanup: AsyncDisposableStack): Promise<number> {
  print(`${(await describeMachine()).join('\n')}\n`);
  const rows: HopRow[] = [];
  for (const name of options.systems) {
    await using running = cleanup.use(new AsyncDisposableStack());
    const system = await startSystem(name, options, running);
    if (system) rows.push(...(await measure(system, options)));
  }
  print(`\n${hopTable(rows)}`);
  const targets = hopTargets(rows);
  if (targets.length > 0)
    print(`\nTargets (for 2 cores with Postgres and the devices beside it):\n${targetText(targets)}`);
  return rows.every(isCorrect) ? 0 : 1;
}

async function measure(system: HopSystem, { pairs, inputs, window, seconds }: Options): Promise<HopRow[]> {
  const runs: { shape: Shape; load: HopLoad }[] = [
    { shape: { kind: 'pairs', count: pairs }, load: { rate } },
    { shape: { kind: 'fan-out', count: inputs }, load: { window } },
  ];
  const rows: HopRow[] = [];
  for (const run of runs) {
    process.stderr.write(`${system.name}: ${run.shape.kind} of ${run.shape.count}\n`);
    rows.push(await runHops(system, { ...run, warmUp, seconds }));
  }
  return rows;
}

async function startSystem(
  name: (typeof names)[number],
  options: Options,
  cleanup: AsyncDisposableStack,
): Promise<HopSystem | undefined> {
  process.stderr.write(`${name}: starting\n`);
  if (name === 'bare') return bareHops((await startMosquitto(0, cleanup)) ?? (await startAedes(0, cleanup)));
  if (name === 'node-red') {
    const system = await startNodeRed(cleanup, options.nodeRed);
    if (typeof system !== 'string') return system;
    print(`${system}: left out\n`);
    return undefined;
  }
  const croft = await startCroftHops(cleanup, options.nodeOptions);
  print(`${croft.about}\n`);
  return croft;
}

/** What is not Croft's may lose what it likes. */
const isCorrect = ({ stored, missing, doubled, disordered, unacknowledged }: HopRow) =>
  !stored || missing + doubled + disordered + unacknowledged + stored.lost + stored.duplicated === 0;

function readOptions(args: string[]) {
  const number = (standard: string) => ({ type: 'string', default: standard }) as const;
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      seconds: number('10'),
      pairs: number('20'),
      inputs: number('100'),
      window: number('20'),
      only: number(''),
      profile: { type: 'string' },
      'node-red': { type: 'string' },
    },
  });
  const only = values.only.split(',').filter(Boolean);
  const unknown = only.find((name) => !names.some((one) => one === name));
  if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}`);
  return {
    isHelp: values.help,
    seconds: atLeastOne('--seconds', values.seconds),
    pairs: atLeastOne('--pairs', values.pairs),
    inputs: atLeastOne('--inputs', values.inputs),
    window: atLeastOne('--window', values.window),
    systems: names.filter((name) => only.length === 0 || only.includes(name)),
    nodeOptions: values.profile ? ['--cpu-prof', `--cpu-prof-dir=${resolve(values.profile)}`] : [],
    nodeRed: values['node-red'],
  };
}

function atLeastOne(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name}: a whole number from 1, not ${text}`);
  return number;
}

const print = (text: string) => void process.stdout.write(text);

import { setTimeout as pause } from 'node:timers/promises';
import { type CroftPlace, makePlace, startCroftSystem } from './croft-system.ts';
import type { DeviceKeys } from './fleet.ts';
import { startGenerator } from './generator.ts';
import type { System } from './system.ts';

/** V8 gives memory back some seconds after work has ended; figures are those of the quietest moment within this time. */
const settleSeconds = 10;
const collectSeconds = 2;
const laterStarts = 3;
/** The first devices bring what is needed once, such as compiled code and mqtt-packet's table of numbers (7 MB). */
const firstShare = 0.05;
/**
 * Lets us ask the instance's V8 to collect, so that what devices hold can be told from what their connecting left behind.
 * Only this flavour also gives back the young generation, which had grown to 100 MB.
 */
const collectable = [
  '--expose-gc',
  '--import',
  'data:text/javascript,process.on("SIGUSR2",()=>gc({type:"major",execution:"sync",flavor:"last-resort"}))',
];

type Memory = ReturnType<System['memory']>;

export type IdleFigures = {
  devices: number;
  /** From the start of the process to "ready": with initdb and migrations, and the median of three later ones. */
  firstStart: number;
  laterStart: number;
  /** MB without a device. */
  memory: Memory;
  /** MB with all devices connected and silent. */
  connectedMemory: Memory;
  /** KB the instance grew by per further device; `held`: what of it is left after a garbage collection. */
  perDevice: { grown: number; held: number };
  /** The instance's CPU in % of one core while they are silent. */
  connectedCpu: number;
};

/** What an instance takes to start, to do nothing, and to hold devices that are silent. */
export async function measureIdle(count: number, cleanup: AsyncDisposableStack): Promise<IdleFigures> {
  const place = { ...(await makePlace(cleanup)), nodeOptions: collectable };
  const first = await startOnce(place, { units: count });
  const starts: number[] = [];
  for (let i = 0; i < laterStarts; i++) starts.push((await startOnce(place, first)).readySeconds);
  const { system, pid } = await startCroftSystem(place, first, cleanup);
  const memory = await settled(system);
  const silent = await measureSilent(system, pid, cleanup);
  return { devices: count, firstStart: first.readySeconds, laterStart: median(starts), memory, ...silent };
}

async function measureSilent(system: System, pid: number, cleanup: AsyncDisposableStack) {
  const early = Math.ceil(system.devices.length * firstShare);
  const generator = startGenerator();
  cleanup.defer(generator.stop);
  const connect = (devices: readonly DeviceKeys[]) =>
    generator.connect({ port: system.port, boot: system.nextBoot(), devices: [...devices], isListening: true });
  const collected = async () => {
    process.kill(pid, 'SIGUSR2');
    return (await settled(system, collectSeconds)).server;
  };

  await connect(system.devices.slice(0, early));
  const base = await collected();
  await connect(system.devices.slice(early));
  const before = system.cpu().server;
  const connectedMemory = await settled(system);
  const connectedCpu = ((system.cpu().server - before) / settleSeconds) * 100;
  const perDevice = (after: number) => ((after - base) * 1024) / (system.devices.length - early);
  return {
    connectedMemory,
    connectedCpu,
    perDevice: { grown: perDevice(connectedMemory.server), held: perDevice(await collected()) },
  };
}

async function startOnce(place: CroftPlace, fleet: { units: number } | { devices: readonly DeviceKeys[] }) {
  await using running = new AsyncDisposableStack();
  const { system, readySeconds } = await startCroftSystem(place, fleet, running);
  return { readySeconds, devices: system.devices };
}

async function settled(system: System, seconds = settleSeconds): Promise<Memory> {
  let least = system.memory();
  for (let second = 0; second < seconds; second++) {
    await pause(1_000);
    const now = system.memory();
    if (now.server < least.server) least = now;
  }
  return least;
}

const median = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

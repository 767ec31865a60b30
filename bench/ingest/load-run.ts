import { type Generator, startGenerator } from './generator.ts';
import type { Load, LoadResult } from './load.ts';
import { valueFor } from './packets.ts';
import { cpuSeconds, machineCpuSeconds } from './process-figures.ts';
import type { Correctness, Sent } from './stored.ts';
import type { Cpu, System } from './system.ts';

/** Long enough for V8 to compile what is hot: before it p99 is that of the compiler. */
const usualWarmUp = 5;
/** Messages/s that a warm-up is sealed for; a faster system has a shorter one. */
const warmUpRate = 40_000;
/** Sealed ahead in relation to what the warm-up did: some devices come more often to their turn than others. */
const reserve = 1.6;
const endlessMessages = 500;

export type LoadRow = {
  system: string;
  devices: number;
  load: Load;
  seconds: number;
  messagesPerSecond: number;
  /** Values in the database per second; undefined for what stores nothing. */
  valuesPerSecond: number | undefined;
  p50: number;
  p99: number;
  /** CPU seconds within the measured time; `others`: what has nothing to do with it and still took part of the machine. */
  cpu: Cpu & { generator: number; others: number };
  memory: ReturnType<System['memory']>;
  /** Messages without an acknowledgement a minute after the end, and acknowledgements of nothing. */
  unacknowledged: number;
  strays: number;
  correctness: Correctness | undefined;
};

type Options = { devices: number; load: Load; seconds: number; warmUpSeconds?: number };

/** Warms up, then measures; afterwards everything acknowledged in both is looked up in the database. */
export async function runOn(
  system: System,
  { devices: count, load, seconds, warmUpSeconds = usualWarmUp }: Options,
  cleanup: AsyncDisposableStack,
): Promise<LoadRow> {
  const devices = system.devices.slice(0, count);
  const boot = system.nextBoot();
  const generator = startGenerator();
  cleanup.defer(generator.stop);
  await generator.connect({ port: system.port, boot, devices, isListening: false });
  const messagesFor = (rate: number, time: number) =>
    system.isEndless ? endlessMessages : Math.ceil((reserve * rate * time) / count) + 10;
  const { isEndless } = system;

  const warmUpMessages = messagesFor('rate' in load ? load.rate : warmUpRate / reserve, warmUpSeconds);
  const warmUp = await measured(system, generator, {
    ...{ load, isEndless, seconds: warmUpSeconds, messagesPerDevice: warmUpMessages },
  });
  const rate = warmUp.result.messages / warmUp.result.seconds;
  const { result, cpu, memory } = await measured(system, generator, {
    ...{ load, isEndless, seconds, messagesPerDevice: messagesFor(rate, seconds) },
  });
  await generator.stop();

  const sentIn = (from: LoadResult, firstSeq: number) =>
    from.lanes.map((lane, i) => sentBy(devices[i]?.uuid ?? '', boot, firstSeq, lane));
  const sent = sentIn(result, warmUpMessages + 1);
  const correctness = await system.check?.(sent);
  const lanes = [...warmUp.result.lanes, ...result.lanes];
  return {
    ...{ system: system.name, devices: count, load, cpu, memory },
    seconds: result.seconds,
    messagesPerSecond: result.messages / result.seconds,
    valuesPerSecond:
      correctness && (correctness.stored / total(sent, (s) => s.acknowledged)) * (result.messages / result.seconds),
    p50: result.p50,
    p99: result.p99,
    unacknowledged: total(lanes, (lane) => lane.unacknowledged.length),
    strays: total(lanes, (lane) => lane.strays),
    correctness: correctness && plus(correctness, await system.check?.(sentIn(warmUp.result, 1))),
  };
}

type RunOptions = Parameters<Generator['run']>[0];

async function measured(system: System, generator: Generator, options: RunOptions) {
  const read = () => ({ ...system.cpu(), generator: cpuSeconds([generator.pid]), machine: machineCpuSeconds() });
  let began = read();
  let ended = began;
  let memory = system.memory();
  const result = await generator.run(options, (event) => {
    if (event === 'began') began = read();
    else [ended, memory] = [read(), system.memory()];
  });
  const server = ended.server - began.server;
  const postgres = ended.postgres - began.postgres;
  const load = ended.generator - began.generator;
  const others = ended.machine - began.machine - server - (postgres || 0) - load;
  return { result, cpu: { server, postgres, generator: load, others }, memory };
}

type LaneOutcome = LoadResult['lanes'][number];

function sentBy(uuid: string, boot: number, firstSeq: number, lane: LaneOutcome): Sent {
  return {
    uuid,
    from: valueFor(boot, firstSeq),
    to: valueFor(boot, firstSeq + lane.sent - 1),
    acknowledged: lane.acknowledged,
    unacknowledged: lane.unacknowledged.map((index) => valueFor(boot, firstSeq + index)),
  };
}

const plus = (a: Correctness, b: Correctness | undefined): Correctness => ({
  stored: a.stored + (b?.stored ?? 0),
  lost: a.lost + (b?.lost ?? 0),
  duplicated: a.duplicated + (b?.duplicated ?? 0),
});

const total = <T>(list: readonly T[], figure: (one: T) => number) => list.reduce((sum, one) => sum + figure(one), 0);

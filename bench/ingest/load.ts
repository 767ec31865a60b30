import { setTimeout as pause } from 'node:timers/promises';
import { createLane, type Lane } from './lane.ts';
import { createLatencies } from './latencies.ts';
import type { Train } from './packets.ts';
import type { Wire } from './wire.ts';

/** `window`: messages each device has under way, the next one goes out on a PUBACK. `rate`: messages/s of all, come what may. */
export type Load = { window: number } | { rate: number };

export type LaneOutcome = ReturnType<Lane['outcome']>;
export type LoadResult = {
  /** How long was measured; shorter than asked for when a device had no message left. */
  seconds: number;
  /** Acknowledged within that time. */
  messages: number;
  p50: number;
  p99: number;
  lanes: LaneOutcome[];
};

type Options = {
  load: Load;
  seconds: number;
  wires: readonly Wire[];
  trains: readonly Train[];
  isEndless: boolean;
  /** At the end of the measured time; outstanding acknowledgements are waited for after it. */
  ended: () => void;
  /** Rejects when a connection is lost. */
  failure: Promise<never>;
};

const drainDeadline = 70_000;

/** Runs a load on connected devices and waits until everything sent is acknowledged, or a minute. */
export async function runLoad(options: Options): Promise<LoadResult> {
  const { load, seconds, wires, trains, isEndless, failure } = options;
  const latencies = createLatencies();
  const lanes = wires.map((wire, i) => createLane({ wire, train: trains[i] ?? noTrain, isEndless, latencies }));
  const began = performance.now();
  const end = pause(seconds * 1_000);
  const done = 'window' in load ? closedLoop(wires, lanes, load.window, end) : pacedLoop(wires, lanes, load.rate, end);
  await Promise.race([done, failure]);
  const took = (performance.now() - began) / 1_000;
  const messages = latencies.count();
  options.ended();
  await Promise.race([drained(lanes), failure]);
  const [p50 = Number.NaN, p99 = Number.NaN] = latencies.percentiles([0.5, 0.99]);
  return { seconds: took, messages, p50, p99, lanes: lanes.map((lane) => lane.outcome()) };
}

const noTrain: Train = { bytes: Buffer.alloc(0), packetBytes: 0, count: 0 };

async function closedLoop(wires: readonly Wire[], lanes: Lane[], window: number, end: Promise<void>): Promise<void> {
  let isSending = true;
  const { promise: ranOut, resolve } = Promise.withResolvers<void>();
  lanes.forEach((lane, i) => {
    let fresh = 0;
    wires[i]?.listen({
      acknowledged: (id, now) => {
        if (lane.acknowledged(id, now)) fresh++;
      },
      chunkDone: () => {
        if (isSending && fresh > 0 && lane.send(fresh, performance.now()) < fresh) resolve();
        fresh = 0;
      },
    });
  });
  for (const lane of lanes) lane.send(window, performance.now());
  await Promise.race([end, ranOut]);
  isSending = false;
}

/** Latencies count from when a message was due, so that a late generator or a full socket is not forgiven. */
async function pacedLoop(wires: readonly Wire[], lanes: Lane[], rate: number, end: Promise<void>): Promise<void> {
  const { promise: ranOut, resolve, reject } = Promise.withResolvers<void>();
  lanes.forEach((lane, i) => {
    wires[i]?.listen({ acknowledged: lane.acknowledged, chunkDone: () => undefined });
  });
  const began = performance.now();
  let sent = 0;
  const tick = () => {
    const due = Math.floor(((performance.now() - began) * rate) / 1_000);
    for (; sent < due; sent++) {
      if (lanes[sent % lanes.length]?.send(1, began + (sent * 1_000) / rate) === 0) return resolve();
    }
  };
  const timer = setInterval(() => {
    try {
      tick();
    } catch (error) {
      reject(error);
    }
  }, 1);
  await Promise.race([end, ranOut]).finally(() => clearInterval(timer));
}

async function drained(lanes: Lane[]): Promise<void> {
  const deadline = performance.now() + drainDeadline;
  while (performance.now() < deadline && !lanes.every((lane) => lane.isDrained())) await pause(10);
}

import { setTimeout as pause } from 'node:timers/promises';
import { createLatencies } from '../ingest/latencies.ts';
import { type Line, type LineOptions, openLine } from './line.ts';

/** `rate`: values/s of all sources together, come what may. `window`: values of each source on their way, each until all targets have it. */
export type HopLoad = { rate: number } | { window: number };

/** `feeds[i]` are the places of the targets that source i feeds. */
export type HopPlan = { sources: LineOptions[]; targets: LineOptions[]; feeds: number[][] };

export type HopResult = {
  seconds: number;
  /** Values published in the measured time, and those that came to targets within it. */
  published: number;
  delivered: number;
  p50: number;
  p99: number;
  /** Of everything published, the warm-up too: what never came, came twice, or after a later one of its source. */
  missing: number;
  doubled: number;
  disordered: number;
  unacknowledged: number;
  /** How many values each source published. */
  counts: number[];
};

const connectsAtOnce = 64;
const drainDeadline = 30_000;
/** Room for the values of one source: place · this + number. */
const valuesOfSource = 10_000_000;

/** The devices of a run, in the generator's process. */
export async function openHops({ sources, targets, feeds }: HopPlan) {
  const { promise: failure, reject: failed } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const openAll = async (options: LineOptions[]): Promise<Line[]> => {
    const lines: Line[] = [];
    for (let i = 0; i < options.length; i += connectsAtOnce) {
      const some = options.slice(i, i + connectsAtOnce);
      lines.push(...(await Promise.all(some.map((one) => openLine(one, failed)))));
    }
    return lines;
  };
  const heard = await openAll(targets);
  const senders = (await openAll(sources)).map((line) => ({ line, dueAt: [] as number[], acknowledged: 0 }));
  for (const sender of senders) sender.line.onAcknowledged(() => void sender.acknowledged++);

  function send(place: number, due: number): void {
    const sender = senders[place];
    if (!sender) return;
    const number = sender.dueAt.push(due);
    sender.line.publish(place * valuesOfSource + number, number);
  }

  const published = () => senders.reduce((sum, { dueAt }) => sum + dueAt.length, 0);
  const delivered = () => heard.reduce((sum, { arrivals }) => sum + arrivals.length, 0);
  const expected = () => senders.reduce((sum, { dueAt }, place) => sum + dueAt.length * (feeds[place]?.length ?? 0), 0);
  const isDrained = () =>
    delivered() >= expected() && senders.every(({ acknowledged, dueAt }) => acknowledged >= dueAt.length);

  /** Sends what is due now; called every millisecond. */
  function pacer(load: HopLoad, began: number): () => void {
    if ('window' in load) {
      return () => {
        for (const [place, { dueAt }] of senders.entries()) {
          const arrived = Math.min(...(feeds[place] ?? []).map((target) => heard[target]?.arrivals.length ?? 0));
          while (dueAt.length < arrived + load.window) send(place, performance.now());
        }
      };
    }
    let sent = 0;
    return () => {
      const due = Math.floor(((performance.now() - began) * load.rate) / 1_000);
      for (; sent < due; sent++) send(sent % senders.length, began + (sent * 1_000) / load.rate);
    };
  }

  async function loadFor(load: HopLoad, seconds: number): Promise<void> {
    const tick = pacer(load, performance.now());
    const timer = setInterval(tick, 1);
    await Promise.race([pause(seconds * 1_000), failure]).finally(() => clearInterval(timer));
  }

  async function drained(): Promise<void> {
    const deadline = performance.now() + drainDeadline;
    while (!isDrained() && performance.now() < deadline) await Promise.race([pause(5), failure]);
  }

  /** What came, opened only now. */
  function judged(from: number[]) {
    const latencies = createLatencies();
    const faults = { missing: 0, doubled: 0, disordered: 0 };
    for (const [target, { arrivals, read }] of heard.entries()) {
      const fed = senders.map((_, place) =>
        feeds[place]?.includes(target) ? new Uint8Array(senders[place]?.dueAt.length ?? 0) : undefined,
      );
      const last = senders.map(() => 0);
      for (const { payload, at } of arrivals) {
        const value = read(payload);
        const [place, number] = [Math.floor(value / valuesOfSource), value % valuesOfSource];
        const seen = fed[place];
        if (!seen || number < 1 || number > seen.length || seen[number - 1] === 1) {
          faults.doubled++;
          continue;
        }
        seen[number - 1] = 1;
        if (number < (last[place] ?? 0)) faults.disordered++;
        last[place] = number;
        if (number > (from[place] ?? 0)) latencies.add(at - (senders[place]?.dueAt[number - 1] ?? Number.NaN));
      }
      for (const seen of fed) if (seen) faults.missing += seen.filter((one) => one === 0).length;
    }
    return { latencies, faults };
  }

  return {
    /** @param marked called at the begin and at the end of the measured time */
    async run(
      load: HopLoad,
      warmUp: number,
      seconds: number,
      marked: (event: 'began' | 'ended') => void,
    ): Promise<HopResult> {
      await loadFor(load, warmUp);
      await drained();
      const [from, before, came] = [senders.map(({ dueAt }) => dueAt.length), published(), delivered()];
      marked('began');
      const began = performance.now();
      await loadFor(load, seconds);
      const took = (performance.now() - began) / 1_000;
      const [after, arrived] = [published(), delivered()];
      marked('ended');
      await drained();
      const { latencies, faults } = judged(from);
      const [p50 = Number.NaN, p99 = Number.NaN] = latencies.percentiles([0.5, 0.99]);
      return {
        ...{ seconds: took, published: after - before, delivered: arrived - came, p50, p99, ...faults },
        unacknowledged: senders.reduce((sum, { dueAt, acknowledged }) => sum + dueAt.length - acknowledged, 0),
        counts: senders.map(({ dueAt }) => dueAt.length),
      };
    },
    close: () => [...heard, ...senders.map(({ line }) => line)].forEach((line) => void line.close()),
  };
}

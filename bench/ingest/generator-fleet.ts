import type { Command } from './generator.ts';
import { type LoadResult, runLoad } from './load.ts';
import { sealTrain, type Train } from './packets.ts';
import { openWire, type Wire } from './wire.ts';

/** Sockets that are opened at once: a listen queue holds 511. */
const connectsAtOnce = 64;

type Connect = Extract<Command, { kind: 'connect' }>;
type Run = Extract<Command, { kind: 'run' }>;

/** The devices inside the generator's process. `tell` marks the measured time of a run. */
export function fleetOf(tell: (event: 'began' | 'ended') => void) {
  let given: Connect | undefined;
  const wires: Wire[] = [];
  let nextSeq = 1;
  const { promise: failure, reject: failed } = Promise.withResolvers<never>();
  failure.catch(() => undefined);

  async function connect(command: Connect): Promise<void> {
    given = command;
    const { devices, ...options } = command;
    for (let i = 0; i < devices.length; i += connectsAtOnce) {
      const some = devices.slice(i, i + connectsAtOnce);
      wires.push(...(await Promise.all(some.map((device) => openWire({ ...options, device, failed })))));
    }
  }

  /** Everything is sealed before the clock starts: sealing is the devices' work, not the instance's. */
  async function run({ load, seconds, messagesPerDevice: count, isEndless }: Run): Promise<LoadResult> {
    const { devices = [], boot = 0 } = given ?? {};
    const firstSeq = nextSeq;
    const trains: Train[] = devices.map((device) => sealTrain(device, { boot, firstSeq, count }));
    nextSeq += count;
    tell('began');
    return runLoad({ load, seconds, wires, trains, isEndless, ended: () => tell('ended'), failure });
  }

  return {
    take: async (command: Command): Promise<LoadResult | undefined> => {
      if (command.kind === 'run') return run(command);
      await connect(command);
      return undefined;
    },
  };
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DeviceKeys } from './fleet.ts';
import type { Load, LoadResult } from './load.ts';

export type ConnectOptions = {
  port: number;
  /** Has to rise with each generator on the same instance. */
  boot: number;
  devices: DeviceKeys[];
  /** Whether they also listen to their inputs and the world state, as a device does that is not here for load only. */
  isListening: boolean;
};
export type RunOptions = { load: Load; seconds: number; messagesPerDevice: number; isEndless: boolean };
export type Command = ({ kind: 'connect' } & ConnectOptions) | ({ kind: 'run' } & RunOptions);
export type Message =
  | { kind: 'began' | 'ended' }
  | { kind: 'done'; result: LoadResult | undefined }
  | { kind: 'failed'; reason: string };

const program = fileURLToPath(new URL('../generator.ts', import.meta.url));

/** Starts the load generator's process. */
export function startGenerator() {
  const child = fork(program, { serialization: 'advanced', execArgv: [] });
  return {
    pid: child.pid ?? 0,
    /** Resolves when all are let in. */
    connect: async (options: ConnectOptions): Promise<void> => {
      await order(child, { kind: 'connect', ...options });
    },
    /** Seals, then loads. @param marked called at the begin and the end of the measured time */
    run: async (options: RunOptions, marked: (event: 'began' | 'ended') => void): Promise<LoadResult> => {
      const result = await order(child, { kind: 'run', ...options }, marked);
      if (!result) throw new Error('the generator gave no result');
      return result;
    },
    stop: async (): Promise<void> => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.disconnect();
      await exited;
    },
  };
}

export type Generator = ReturnType<typeof startGenerator>;

function order(child: ChildProcess, command: Command, marked?: (event: 'began' | 'ended') => void) {
  const { promise, resolve, reject } = Promise.withResolvers<LoadResult | undefined>();
  const hear = (message: Message) => {
    if (message.kind === 'done') resolve(message.result);
    else if (message.kind === 'failed') reject(new Error(message.reason));
    else marked?.(message.kind);
  };
  const ended = () => reject(new Error('the load generator ended'));
  child.on('message', hear).once('exit', ended);
  child.send(command);
  return promise.finally(() => child.off('message', hear).off('exit', ended));
}

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { HopLoad, HopPlan, HopResult } from './hops.ts';

export type HopCommand = HopPlan & { load: HopLoad; warmUp: number; seconds: number };
export type HopMessage =
  | { kind: 'began' | 'ended' }
  | { kind: 'done'; result: HopResult }
  | { kind: 'failed'; reason: string };

const program = fileURLToPath(new URL('../links-generator.ts', import.meta.url));

/** Runs a load on devices in a process of their own, so that their CPU time is not the server's. */
export async function generateHops(
  command: HopCommand,
  marked: (event: 'began' | 'ended', pid: number) => void,
): Promise<HopResult> {
  const child = fork(program, { serialization: 'advanced', execArgv: [] });
  const { promise, resolve, reject } = Promise.withResolvers<HopResult>();
  child.on('message', (message: HopMessage) => {
    if (message.kind === 'done') resolve(message.result);
    else if (message.kind === 'failed') reject(new Error(message.reason));
    else marked(message.kind, child.pid ?? 0);
  });
  child.once('exit', () => reject(new Error('the load generator ended')));
  child.send(command);
  const exited = new Promise((done) => child.once('exit', done));
  try {
    return await promise;
  } finally {
    if (child.connected) child.disconnect();
    await exited;
  }
}

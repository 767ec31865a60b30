import type { Command, Message } from './ingest/generator.ts';
import { fleetOf } from './ingest/generator-fleet.ts';

/** The load generator: a process of its own, so that its CPU time is not the server's. It takes commands from its parent. */
const fleet = fleetOf((event) => send({ kind: event }));

process.on('message', (command: Command) => {
  fleet.take(command).then(
    (result) => send({ kind: 'done', result }),
    (error: Error) => send({ kind: 'failed', reason: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));

function send(message: Message): void {
  process.send?.(message);
}

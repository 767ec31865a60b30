import type { HopCommand, HopMessage } from './links/hop-generator.ts';
import { openHops } from './links/hops.ts';

/** The devices of the links benchmark: a process of its own, for one run. */
process.on('message', ({ load, warmUp, seconds, ...plan }: HopCommand) => {
  openHops(plan)
    .then(async (hops) => {
      const result = await hops.run(load, warmUp, seconds, (kind) => send({ kind }));
      hops.close();
      send({ kind: 'done', result });
    })
    .catch((error: Error) => send({ kind: 'failed', reason: error.message }));
});
process.on('disconnect', () => process.exit(0));

function send(message: HopMessage): void {
  process.send?.(message);
}

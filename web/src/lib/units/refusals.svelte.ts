import { call } from '#lib/api/call.ts';
import { tellError } from '#lib/api/explain.ts';
import type { LiveEvent } from '#lib/api/live-events.ts';
import type { ApiReply } from '../../../../server/contract.ts';

export type Refusal = ApiReply<'GET /api/units/:id/refusals'>[number];

/** Milliseconds between two readings, however many are refused. */
const shortestPause = 1_000;

/** What was refused from a unit, newest first. The counts are the instance's: an event only says that they changed. */
export function createRefusals(unitId: () => string) {
  let list = $state.raw<Refusal[]>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let readAt = 0;

  async function read(): Promise<void> {
    timer = undefined;
    readAt = Date.now();
    await call('GET /api/units/:id/refusals', { params: { id: unitId() } }).then((rows) => {
      list = rows;
    }, tellError);
  }

  return {
    /** undefined until they were read */
    get list() {
      return list;
    },
    read,
    /** @param events of this unit */
    take(events: LiveEvent[]): void {
      const concerns = events.some((event) => event.kind === 'refusal');
      if (concerns) timer ??= setTimeout(read, Math.max(0, readAt + shortestPause - Date.now()));
    },
    stop: () => clearTimeout(timer),
  };
}

export type Refusals = ReturnType<typeof createRefusals>;

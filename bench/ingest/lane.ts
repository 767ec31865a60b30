import type { Latencies } from './latencies.ts';
import { largestId, type Train } from './packets.ts';
import type { Wire } from './wire.ts';

/** Messages of one device without an acknowledgement, at most. */
const longestWindow = 1_024;

const state = { sent: 1, acknowledged: 2 } as const;

/**
 * One device in one run: what it sent, when, and what of it was acknowledged.
 * `isEndless` begins its train again at the end: for brokers that do not look into messages.
 */
export function createLane(deps: { wire: Wire; train: Train; isEndless: boolean; latencies: Latencies }) {
  const { wire, train, isEndless, latencies } = deps;
  const { bytes, packetBytes, count } = train;
  const idPeriod = isEndless ? Math.min(count, largestId) : largestId;
  const places = isEndless ? idPeriod : count;
  const states = new Uint8Array(places);
  const sentAt = new Float64Array(longestWindow);
  let next = 0;
  let oldest = 0;
  let total = 0;
  let strays = 0;

  /** @returns whether this was the first acknowledgement of a message that was sent */
  function acknowledged(id: number, now: number): boolean {
    const index = oldest + ((id - 1 - (oldest % idPeriod) + idPeriod) % idPeriod);
    const place = index % places;
    if (index >= next || states[place] !== state.sent) {
      strays++;
      return false;
    }
    states[place] = state.acknowledged;
    total++;
    latencies.add(now - (sentAt[index % longestWindow] ?? 0));
    while (oldest < next && states[oldest % places] === state.acknowledged) oldest++;
    return true;
  }

  /** Sends the next `wanted` messages, as many as are left. @param since when they were due, for their latencies */
  function send(wanted: number, since: number): number {
    const left = isEndless ? wanted : Math.min(wanted, count - next);
    if (next + left - oldest > longestWindow) throw new Error(`more than ${longestWindow} messages of a device wait`);
    const end = next + left;
    while (next < end) sendPart(Math.min(end - next, places - (next % places)), since);
    return left;
  }

  function sendPart(part: number, since: number): void {
    const place = next % places;
    for (let i = 0; i < part; i++) {
      states[place + i] = state.sent;
      sentAt[(next + i) % longestWindow] = since;
    }
    next += part;
    wire.send(bytes.subarray(place * packetBytes, (place + part) * packetBytes));
  }

  return {
    acknowledged,
    send,
    isDrained: () => oldest === next,
    /** Messages sent, distinct ones acknowledged, acknowledgements of nothing that waited, and the indexes without one. */
    outcome: () => ({ sent: next, acknowledged: total, strays, unacknowledged: unacknowledged() }),
  };

  function unacknowledged(): number[] {
    const missing = [];
    for (let i = oldest; i < next; i++) if (states[i % places] !== state.acknowledged) missing.push(i);
    return missing;
  }
}

export type Lane = ReturnType<typeof createLane>;

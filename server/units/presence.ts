import type { Presence, PresenceOf } from '../variables/variables.ts';

type Facts = {
  /** Whether it has a connection now (MQTT, or a simulation that runs). */
  connected: boolean;
  lastSeenAt: Date | null;
  security: 'sealed' | 'token';
  /** Seconds; the smallest one expected between values of its outputs, undefined when none is promised. */
  interval: number | undefined;
  now: Date;
};

/** Seconds of grace for the network, beside one missed value. */
const grace = 5;

/**
 * Whether a unit is there. `late`: it is expected, but silent for longer than two intervals and five seconds. Without a
 * connection a sealed unit is `offline`; for any other client the same silence decides (mosquitto_pub connects for each value),
 * up to ten intervals.
 */
export function presenceOf({ connected, lastSeenAt, interval, security, now }: Facts): Presence {
  if (lastSeenAt === null) return 'never';
  if (!connected && (interval === undefined || security === 'sealed')) return 'offline';
  if (interval === undefined) return 'online';
  const silence = (now.getTime() - lastSeenAt.getTime()) / 1000;
  if (silence <= 2 * interval + grace) return 'online';
  return connected || silence <= 10 * interval ? 'late' : 'offline';
}

/** Joins what the doors know (who is connected) with what is stored. */
export function createPresence(deps: { isConnected: (unitUuid: string) => boolean; now?: () => Date }): PresenceOf {
  const { isConnected, now = () => new Date() } = deps;
  return ({ uuid, ...facts }) => presenceOf({ ...facts, connected: isConnected(uuid), now: now() });
}

import type { ApiReply } from '../../../../server/contract.ts';

type CommandStatus = ApiReply<'GET /api/commands/:id'>['status'];
type UpdateStatus = ApiReply<'DELETE /api/updates/:id'>['status'];

/** What `GET /api/live` sends; times are ISO 8601. */
export type LiveEvents = {
  value: { variable: string; unit: string; value: unknown; at: string };
  confirmed: { variable: string; unit: string; at: string };
  presence: { unit: string; presence: 'online' | 'late' | 'offline' | 'never'; lastSeenAt: string | null };
  refusal: { unit: string; reason: string; detail: string; topic: string };
  state: { unit: string; state: Record<string, unknown> };
  log: { unit: string; level: string; text: string; at: string };
  command: { unit: string; id: string; status: CommandStatus; detail: string };
  update: {
    unit: string;
    id: string;
    status: UpdateStatus;
    detail: string;
    filesFetched: number;
    bytesFetched: number;
  };
  connection: { unit: string; event: string; detail: string };
};

export type LiveKind = keyof LiveEvents;
export type LiveEvent = { [K in LiveKind]: { kind: K } & LiveEvents[K] }[LiveKind];

export const liveKinds = [
  'value',
  'confirmed',
  'presence',
  'refusal',
  'state',
  'log',
  'command',
  'update',
  'connection',
] as const satisfies LiveKind[];

/**
 * What to hear of: one variable, one unit with all its variables, all units of the signed-in user, or of those the
 * presence alone.
 */
export type LiveTopic = { variable: string } | { unit: string } | 'mine' | 'presence';

export function concerns(topic: LiveTopic, event: LiveEvent): boolean {
  if (topic === 'mine') return true;
  if (topic === 'presence') return event.kind === 'presence';
  if ('unit' in topic) return event.unit === topic.unit;
  return 'variable' in event && event.variable === topic.variable;
}

/** The address that sends all of these; undefined when nobody wants anything. */
export function liveAddress(topics: Iterable<LiveTopic>): string | undefined {
  const variables = new Set<string>();
  const units = new Set<string>();
  let mine = false;
  let presence = false;
  for (const topic of topics) {
    if (topic === 'mine') mine = true;
    else if (topic === 'presence') presence = true;
    else if ('unit' in topic) units.add(topic.unit);
    else variables.add(topic.variable);
  }
  const query = new URLSearchParams();
  if (variables.size > 0) query.set('variables', [...variables].sort().join());
  if (units.size > 0) query.set('units', [...units].sort().join());
  if (mine) query.set('mine', '1');
  if (presence) query.set('presence', 'mine');
  return query.size > 0 ? `/api/live?${query}` : undefined;
}

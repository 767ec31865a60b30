import type { ApiReply } from '../../../../server/contract.ts';

type CommandStatus = ApiReply<'GET /api/commands/:id'>['status'];
type Counters = ApiReply<'GET /api/links/:id'>['counters'];
type UpdateStatus = ApiReply<'DELETE /api/updates/:id'>['status'];
type AccessRequest = ApiReply<'POST /api/access-requests'>;

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
  submission: { unit: string; endpoint: string; id: string };
  grant: { id: string; change: 'given' | 'revoked'; access: AccessRequest['access']; address: string };
  request: {
    id: string;
    status: AccessRequest['status'] | 'withdrawn';
    access: AccessRequest['access'];
    address: string;
  };
  /** Of my links: one was made, changed or deleted, or something came to it */
  link: { id: string; change?: 'made' | 'changed' | 'deleted'; counters?: Counters };
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
  'submission',
  'grant',
  'request',
  'link',
] as const satisfies LiveKind[];

/**
 * What to hear of: one variable, one unit or several with all their variables, all units of the signed-in user, of those
 * the presence alone, links of the user, or grants and requests that concern the user.
 */
export type LiveTopic =
  | { variable: string }
  | { unit: string }
  | { units: ReadonlySet<string> }
  | 'mine'
  | 'presence'
  | 'links'
  | 'access';

export function concerns(topic: LiveTopic, event: LiveEvent): boolean {
  if (topic === 'mine') return true;
  if (topic === 'presence') return event.kind === 'presence';
  if (event.kind === 'link') return topic === 'links';
  if (event.kind === 'grant' || event.kind === 'request') return topic === 'access';
  if (topic === 'access' || topic === 'links') return false;
  if ('unit' in topic) return event.unit === topic.unit;
  if ('units' in topic) return topic.units.has(event.unit);
  return 'variable' in event && event.variable === topic.variable;
}

/** The address that sends all of these; undefined when nobody wants anything. */
export function liveAddress(topics: Iterable<LiveTopic>): string | undefined {
  const variables = new Set<string>();
  const units = new Set<string>();
  let mine = false;
  let presence = false;
  let links = false;
  for (const topic of topics) {
    if (topic === 'mine') mine = true;
    // What concerns the user comes with either of the two.
    else if (topic === 'presence' || topic === 'access') presence = true;
    else if (topic === 'links') links = true;
    else if ('unit' in topic) units.add(topic.unit);
    else if ('units' in topic) for (const unit of topic.units) units.add(unit);
    else variables.add(topic.variable);
  }
  const query = new URLSearchParams();
  if (variables.size > 0) query.set('variables', [...variables].sort().join());
  if (units.size > 0) query.set('units', [...units].sort().join());
  if (mine) query.set('mine', '1');
  if (presence) query.set('presence', 'mine');
  if (links) query.set('links', 'mine');
  return query.size > 0 ? `/api/live?${query}` : undefined;
}

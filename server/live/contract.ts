import { z } from 'zod';
import { contract } from '../http/contract.ts';

const uuids = z
  .string()
  .max(40_000)
  .transform((list) => list.split(','))
  .pipe(z.array(z.uuid()).max(1000));

export const liveContract = contract({
  'GET /api/live': {
    summary:
      'Server-sent events: values, presence, refusals and log lines as they are stored; resumes after Last-Event-ID',
    access: 'anyone',
    query: z.object({
      variables: uuids.optional().meta({ description: 'Comma-separated UUIDs' }),
      units: uuids.optional().meta({
        description: 'Comma-separated UUIDs: all their variables, and presence; for the owner refusals and log too',
      }),
      presence: z
        .enum(['mine'])
        .optional()
        .meta({ description: 'Presence of all units of the caller, without values' }),
      links: z
        .enum(['mine'])
        .optional()
        .meta({ description: 'Links at units of the caller or made by them, without values' }),
      mine: z.enum(['1']).optional().meta({ description: 'All units of the caller, and the links' }),
    }),
    reply: {
      contentTypes: ['text/event-stream'],
      description:
        'event: value {"variable","unit","value","at"} · confirmed {"variable","unit","at"} · presence {"unit","presence","lastSeenAt"} · refusal {"unit","reason","detail","topic"} · state {"unit","state"} · log {"unit","level","text","at"} · command {"unit","id","status","detail"} · update {"unit","id","status","detail","filesFetched","bytesFetched"} · submission {"unit","endpoint","id"} · connection {"unit","event","detail"} · with mine=1 or presence=mine also grant {"id","change","access","address"} and request {"id","status","access","address"} · with mine=1 or links=mine also, of links at own units or made by the user, link {"id","change"} (made, changed, deleted) and at most once a second link {"id","counters"} · missed {}: more was stored since Last-Event-ID than is sent again, load anew; `id:` stands on values',
    },
  },
});

import { z } from 'zod';
import { contract } from '../http/contract.ts';

const entry = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  actor: z.string().meta({ description: 'The username as it was; empty for the anonymous' }),
  means: z.enum(['session', 'token', 'anonymous', 'instance']),
  token: z.string().nullable().meta({ description: 'The name of the API token' }),
  address: z.string().meta({ description: 'Where the call came from' }),
  action: z.string().meta({ description: 'As in unit.delete or user.sign-in' }),
  object: z.object({
    kind: z.string(),
    id: z.uuid().nullable().meta({ description: 'null also where the reader may not know it' }),
    name: z.string().meta({ description: 'As it was; empty where the reader may not know it' }),
    owner: z.string().nullable(),
  }),
  result: z
    .enum(['begun', 'ok', 'denied', 'failed'])
    .meta({ description: 'begun: how it ended was never written, since the instance stopped' }),
  detail: z.record(z.string(), z.json()),
});

export const auditContract = contract({
  'GET /api/audit': {
    summary: 'Who did what, newest first: my acts and those on what is mine; the administrator reads everything',
    access: 'read',
    query: z.object({
      object: z.uuid().optional().meta({
        description:
          'Of this one alone; of a unit also what is done to its variables, requests for them, its endpoints, commands and updates',
      }),
      before: z.coerce.number().int().min(1).optional().meta({ description: 'The id of the last entry one has' }),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    reply: z.array(entry),
  },
});

import { z } from 'zod';
import { contract } from '../http/contract.ts';
import { variable, visibility } from '../variables/contract.ts';

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();
const access = z.enum(['read', 'write']).meta({
  description: 'read: an output; write: an input, which includes seeing it and its value',
});
/** For people, of one or more lines; Postgres could not store a NUL. */
const note = z
  .string()
  .trim()
  .max(500)
  .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'Use no control characters.');
const address = z.string().meta({ description: 'username:/sector/…/unit#variable' });

/** One of the two. */
const grantee = z.object({
  user: z.string().nullable(),
  unit: z
    .object({
      id: z.uuid(),
      owner: z.string(),
      address: z.string().nullable().meta({ description: 'null: the unit is not shown to me any more' }),
    })
    .nullable(),
});
const given = z.object({
  id: z.uuid(),
  variable: z.uuid(),
  address,
  access,
  to: grantee,
  createdAt: time,
});
const held = z.object({
  id: z.uuid(),
  address,
  access,
  via: z.uuid().nullable().meta({ description: 'The unit of mine it was given to; null: to me' }),
  unit: z.object({ id: z.uuid(), name: z.string(), owner: z.string() }),
  variable,
  createdAt: time,
});

const request = z.object({
  id: z.uuid(),
  address,
  access,
  note: z.string(),
  status: z.enum(['open', 'granted', 'declined']),
  answer: z.string().meta({ description: 'The note that came with the answer' }),
  createdAt: time,
  answeredAt: time.nullable(),
});
const requestToMe = request.extend({ from: z.string(), variable: z.uuid() });

const counts = z.object({ inputs: z.int(), outputs: z.int() });

export const grantsContract = contract({
  'GET /api/units/:id/access': {
    summary: 'Who can do what on my unit and each of its variables',
    access: 'read',
    params: id,
    reply: z.object({
      visibility,
      summary: z
        .object({ anyone: counts, trusted: counts, local: counts, granted: counts })
        .meta({ description: 'How many variables each may read or set; granted: at least one user or unit' }),
      variables: z.array(
        z.object({
          id: z.uuid(),
          name: z.string(),
          direction: z.enum(['input', 'output']),
          visibility: visibility.meta({ description: 'Its own one' }),
          effective: visibility.meta({ description: 'Narrowed by the unit’s; private for inputs' }),
          grants: z.array(given),
        }),
      ),
    }),
  },
  'GET /api/grants': {
    summary: 'Grants that I gave, and those given to me or my units, with current values',
    access: 'read',
    reply: z.object({ given: z.array(given), held: z.array(held) }),
  },
  'POST /api/grants': {
    summary: 'Let a user, or a unit that I can see, read my output or set my input; a unit’s owner acts for it',
    access: 'write',
    audit: { action: 'grant.give', detail: ['variable', 'access', 'user', 'unit'] },
    body: z
      .object({
        variable: z.uuid(),
        access,
        user: z.string().max(64).optional().meta({ description: 'Username' }),
        unit: z.string().max(2000).optional().meta({ description: 'Address or UUID' }),
      })
      .refine(({ user, unit }) => (user === undefined) !== (unit === undefined), {
        message: 'Say to whom: either user or unit.',
        path: ['user'],
      }),
    reply: given,
    status: 201,
  },
  'DELETE /api/grants/:id': {
    summary: 'Revoke a grant of mine, or give back one that I hold; it ends at once',
    access: 'write',
    audit: { action: 'grant.revoke' },
    params: id,
    reply: z.void(),
    status: 204,
  },
  'GET /api/access-requests': {
    summary: 'What others ask of me, and what I asked for, newest first',
    access: 'read',
    reply: z.object({ toMe: z.array(requestToMe), fromMe: z.array(request) }),
  },
  'POST /api/access-requests': {
    summary: 'Ask to read an output or set an input by its address; the answer is the same whether that exists or not',
    access: 'write',
    audit: { action: 'request.make', detail: ['address', 'access'] },
    body: z.object({ address: z.string().trim().max(2000), access, note: note.default('') }),
    reply: request,
    status: 202,
  },
  'POST /api/access-requests/:id/answer': {
    summary: 'Answer a request for what is mine; to grant it makes the grant',
    access: 'write',
    audit: { action: 'request.answer', detail: ['granted'] },
    params: id,
    body: z.object({ granted: z.boolean(), note: note.default('') }),
    reply: requestToMe,
  },
  'DELETE /api/access-requests/:id': {
    summary: 'Withdraw a request of mine',
    access: 'write',
    audit: { action: 'request.withdraw' },
    params: id,
    reply: z.void(),
    status: 204,
  },
});

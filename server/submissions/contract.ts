import { z } from 'zod';
import { contract } from '../http/contract.ts';

/** Bytes of a submission: as much as a value may be large. */
export const submissionLimit = 65_536;

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();

const endpointName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^\P{Cc}+$/u, 'Use no control characters.');

const auth = z.enum(['none', 'token', 'hmac']).meta({
  description:
    'none: whoever knows the address · token: `Authorization: Bearer <secret>` · hmac: `X-Hub-Signature-256: sha256=<hex>`, HMAC-SHA256 of the body',
});

const endpoint = z.object({
  id: z.uuid(),
  unit: z.uuid(),
  name: z.string(),
  auth,
  needsTimestamp: z.boolean().meta({
    description:
      'hmac: `X-Croft-Timestamp` (Unix seconds) within 5 minutes; the signature is that of `<timestamp>.<body>`',
  }),
  enabled: z.boolean(),
  address: z.string().meta({ description: 'Where to POST' }),
  secretMadeAt: time.nullable().meta({ description: 'null: it has none' }),
  createdAt: time,
});

const madeSecret = z.string().nullable().meta({ description: 'Shown this once; null: it has none' });

const jsonType = z.enum(['number', 'integer', 'boolean', 'string', 'object', 'array']);

const keyResult = z.object({
  key: z.string(),
  value: z.string().meta({ description: 'As JSON, cut after 100 characters' }),
  outcome: z.enum(['stored', 'unchanged', 'refused', 'unknown']).meta({
    description: 'unchanged: it fits, and the write policy keeps no row of it · unknown: no output has the name',
  }),
  detail: z.string(),
  offer: z
    .object({ type: jsonType.nullable() })
    .nullable()
    .meta({ description: 'Unknown keys: the output that could be made of it' }),
});

const submission = z.object({
  id: z.uuid(),
  at: time,
  address: z.string().meta({ description: 'Where it came from' }),
  contentType: z.string(),
  size: z.int().nullable().meta({ description: 'Bytes; null: unknown' }),
  isTest: z.boolean().meta({ description: 'Nothing was done: the results say what would have been' }),
  outcome: z.enum(['stored', 'partial', 'refused', 'kept', 'unfinished']).meta({
    description:
      'partial: some keys were stored · kept: as it came, without a decoder · unfinished: on its way, or the instance stopped before its values were stored',
  }),
  detail: z.string(),
  results: z.array(keyResult),
});

export const submissionsContract = contract({
  'GET /api/units/:id/endpoints': {
    summary: 'Endpoints of my unit',
    access: 'read',
    params: id,
    reply: z.array(endpoint),
  },
  'POST /api/units/:id/endpoints': {
    summary: 'Make an endpoint: an address that takes submissions for the outputs of a unit',
    access: 'write',
    audit: { action: 'unit.endpoint', detail: ['name', 'auth', 'needsTimestamp'] },
    params: id,
    body: z.object({
      name: endpointName,
      auth: auth.default('token'),
      needsTimestamp: z.boolean().default(true).meta({ description: 'hmac only. false for senders such as GitHub' }),
    }),
    reply: endpoint.extend({ secret: madeSecret }),
    status: 201,
  },
  'PATCH /api/endpoints/:id': {
    summary: 'Rename an endpoint, or switch it on or off',
    access: 'write',
    audit: { action: 'endpoint.change', detail: ['name', 'enabled'] },
    params: id,
    body: z.object({ name: endpointName.optional(), enabled: z.boolean().optional() }),
    reply: endpoint,
  },
  'POST /api/endpoints/:id/secret': {
    summary: 'Remake the secret; the old one is dead at once',
    access: 'write',
    audit: { action: 'endpoint.secret' },
    params: id,
    reply: endpoint.extend({ secret: madeSecret }),
  },
  'DELETE /api/endpoints/:id': {
    summary: 'Delete an endpoint with its submissions',
    access: 'write',
    audit: { action: 'endpoint.delete' },
    params: id,
    reply: z.void(),
    status: 204,
  },
  'POST /api/endpoints/:id/variables': {
    summary: 'Add an output to the unit, for a key that was submitted',
    access: 'write',
    audit: { action: 'endpoint.variable', detail: ['name', 'type'] },
    params: id,
    body: z.object({
      name: z.string().min(1).max(64),
      type: jsonType.nullable().meta({ description: 'null: any JSON value' }),
    }),
    reply: z.void(),
    status: 204,
  },
  'POST /api/endpoints/:id/tests': {
    summary: 'Submit a test to my endpoint, which is kept and seen but never acted on',
    access: 'write',
    params: id,
    body: z.object({
      contentType: z.string().max(200).default('application/json'),
      body: z.string().max(submissionLimit),
    }),
    reply: submission,
    status: 201,
  },
  'GET /api/endpoints/:id/submissions': {
    summary: 'The last submissions, newest first',
    access: 'read',
    params: id,
    reply: z.array(submission),
  },
  'GET /api/submissions/:id': {
    summary: 'A submission with its headers and bytes',
    access: 'read',
    params: id,
    reply: submission.extend({
      headers: z.array(z.tuple([z.string(), z.string()])).meta({ description: 'Without what is secret' }),
      body: z.base64().nullable().meta({ description: 'null: it was not read' }),
    }),
  },
  'GET /api/submissions/:id/body': {
    summary: 'Download the bytes of a submission',
    access: 'read',
    params: id,
    reply: { contentTypes: ['application/octet-stream'], description: 'As they came' },
  },
  'POST /api/submit/:id': {
    summary: 'Submit to an endpoint; 202 once it is stored. `X-Croft-Test: 1` marks a test',
    access: 'anyone',
    params: id,
    body: {
      contentTypes: ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/octet-stream'],
      limit: submissionLimit,
      description: 'An object or a form whose keys are outputs of the unit; anything else is kept as it came',
      isUnread: true,
    },
    reply: z.object({ id: z.uuid().meta({ description: 'The receipt: the id of the submission' }) }),
    status: 202,
  },
});

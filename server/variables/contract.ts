import { z } from 'zod';
import { contract } from '../http/contract.ts';
import { definition } from './definition.ts';

export const visibility = z.enum(['private', 'local', 'trusted', 'public']);
const writePolicy = z
  .enum(['every value', 'on change', 'deadband'])
  .meta({ description: 'Which values get a row of history; all are acknowledged and count as "last seen"' });

export const presence = z.enum(['online', 'late', 'offline', 'never']);

const id = z.object({ id: z.uuid() });

export const variable = z.object({
  id: z.uuid(),
  name: z.string(),
  direction: z.enum(['input', 'output']),
  definition,
  visibility,
  writePolicy,
  deadband: z.number().nullable(),
  value: z.json().nullable().meta({ description: 'The last value; null when there is none yet' }),
  at: z.iso.datetime().nullable(),
  confirmedAt: z.iso.datetime().nullable().meta({ description: 'Inputs: when the device acknowledged the last value' }),
});

export const variablesContract = contract({
  'GET /api/variables/:id': {
    summary: 'A variable, with its unit and its last value',
    access: 'anyone',
    params: id,
    reply: variable.extend({
      unit: z.object({ id: z.uuid(), name: z.string(), owner: z.string(), presence }),
      address: z.string().meta({ description: 'username:/sector/…/unit#variable' }),
      owned: z.boolean(),
    }),
  },
  'PATCH /api/variables/:id': {
    summary: 'Change visibility or write policy of my variable',
    access: 'write',
    audit: { action: 'variable.change', detail: ['visibility', 'writePolicy', 'deadband'] },
    params: id,
    body: z.object({
      visibility: visibility.optional(),
      writePolicy: writePolicy.optional(),
      deadband: z.number().nonnegative().nullable().optional(),
    }),
    reply: variable,
  },
  'PUT /api/variables/:id/value': {
    summary: 'Set an input; answered once the value is stored, then delivered to the unit',
    access: 'write',
    params: id,
    body: z.object({ value: z.json() }),
    reply: z.object({ at: z.iso.datetime() }),
  },
});

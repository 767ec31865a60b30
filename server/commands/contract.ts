import { z } from 'zod';
import { contract } from '../http/contract.ts';

const commandStatus = z.enum(['queued', 'sent', 'received', 'done', 'failed', 'expired', 'cancelled']);

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();

/** A command and how far it got. */
const receipt = z.object({
  id: z.uuid(),
  unit: z.uuid(),
  command: z.string(),
  args: z.array(z.json()),
  status: commandStatus,
  detail: z.string().meta({ description: 'What the unit said, or why it failed' }),
  createdAt: time,
  sentAt: time.nullable().meta({ description: 'The device acknowledged its arrival (PUBACK)' }),
  receivedAt: time.nullable(),
  finishedAt: time.nullable(),
  expiresAt: time,
});

/** As long as a board may be switched off for the night and the day (seconds). */
const usualLife = 86_400;

export const commandsContract = contract({
  'POST /api/units/:id/commands': {
    summary: 'Send a command; one that is not there gets it when it comes back, until it expires',
    access: 'write',
    params: id,
    body: z.object({
      command: z.string().regex(/^[\p{L}\p{N}_-]{1,32}$/u, 'Use letters, digits, - and _ only.'),
      args: z.array(z.json()).max(20).default([]),
      expiresIn: z
        .int()
        .min(1)
        .max(30 * 86_400)
        .default(usualLife)
        .meta({ description: 'Seconds' }),
    }),
    reply: receipt,
    status: 202,
  },
  'GET /api/units/:id/commands': {
    summary: 'The last commands to my unit with their receipts, newest first',
    access: 'read',
    params: id,
    reply: z.array(receipt),
  },
  'GET /api/commands/:id': { summary: 'How far a command of mine got', access: 'read', params: id, reply: receipt },
  'DELETE /api/commands/:id': {
    summary: 'Cancel a command that was not received yet',
    access: 'write',
    params: id,
    reply: receipt,
  },
});

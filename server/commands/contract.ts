import { z } from 'zod';
import { contract } from '../http/contract.ts';

const commandStatus = z.enum(['queued', 'sent', 'received', 'done', 'failed', 'expired', 'cancelled']);

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();

/** A command and how far it got. */
const receipt = z.object({
  id: z.uuid().meta({ description: 'That of a dry run leads nowhere: nothing is kept of it' }),
  unit: z.uuid(),
  line: z
    .string()
    .nullable()
    .meta({ description: 'As it was typed; null for a command that was given without a line' }),
  command: z.string().meta({ description: '"set" with the arguments [input, value] for all that sets an input' }),
  args: z.array(z.json()),
  status: commandStatus,
  isTest: z.boolean().meta({ description: 'A dry run: the detail says what would have been done' }),
  detail: z.string().meta({ description: 'What the unit said, or why it failed' }),
  createdAt: time,
  sentAt: time.nullable().meta({
    description: 'A message: the device acknowledged its arrival (PUBACK). A set: the value went out to the device',
  }),
  receivedAt: time.nullable(),
  finishedAt: time.nullable(),
  expiresAt: time,
});

const expiresIn = z
  .int()
  .min(1)
  .max(30 * 86_400)
  // As long as a board may be switched off for the night and the day.
  .default(86_400)
  .meta({ description: 'Seconds' });
const here = z
  .string()
  .max(1_100)
  .default('')
  .meta({ description: 'The sector that relative addresses begin at, as in /home/Garage' });

export const commandsContract = contract({
  'POST /api/tx': {
    summary: 'Run a line: tx <address> <command> [args…] [--test]',
    access: 'write',
    audit: { action: 'command.order' },
    body: z.object({
      line: z.string().meta({ description: '4,000 characters at most, as in tx /home/Back yard/Light level 40' }),
      here,
      expiresIn,
    }),
    reply: receipt,
    status: 202,
  },
  'GET /api/tx/completion': {
    summary: 'How a line may go on: each text takes the place of all that is typed from `from` on',
    access: 'read',
    query: z.object({ line: z.string().max(4_000), here }),
    reply: z.object({
      from: z.int(),
      options: z.array(z.object({ text: z.string(), kind: z.enum(['sector', 'unit', 'command', 'input', 'value']) })),
    }),
  },
  'GET /api/commands': {
    summary: 'The commands I gave with their receipts, newest first',
    access: 'read',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      before: z.uuid().optional().meta({ description: 'The last one of the page before' }),
    }),
    reply: z.array(receipt),
  },
  'POST /api/units/:id/commands': {
    summary: 'Send a command; one that is not there gets it when it comes back, until it expires',
    access: 'write',
    audit: { action: 'unit.command', detail: ['command'] },
    params: id,
    body: z.object({
      command: z.string().regex(/^[\p{L}\p{N}_-]{1,32}$/u, 'Use letters, digits, - and _ only.'),
      args: z.array(z.json()).max(20).default([]),
      expiresIn,
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
    summary: 'Cancel a command that was not received yet; an input that was set goes back to its value of before',
    access: 'write',
    audit: { action: 'command.cancel' },
    params: id,
    reply: receipt,
  },
});

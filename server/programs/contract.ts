import { z } from 'zod';
import { contract } from '../http/contract.ts';

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();

const update = z.object({
  id: z.uuid(),
  unit: z.uuid(),
  from: z.string().meta({ description: 'Label of the version before' }),
  to: z.string(),
  overTheAir: z.boolean(),
  status: z.enum(['waiting', 'ordered', 'fetching', 'trial', 'done', 'failed', 'cancelled']).meta({
    description:
      'waiting: for the first unit of a staged update; ordered: for the board; trial: the board runs it and has not confirmed it',
  }),
  detail: z.string(),
  filesFetched: z.int(),
  bytesFetched: z.int(),
  createdAt: time,
  finishedAt: time.nullable(),
});

/** A file of a board's program. */
const programFile = z.object({
  path: z.string(),
  size: z.int(),
  sha256: z.string().meta({ description: 'Hexadecimal' }),
  content: z.base64(),
});

const sealed = {
  contentTypes: ['application/octet-stream'],
  description: 'Sealed with the keys of the unit; the topic in the envelope is `http:` and the path',
};

export const programsContract = contract({
  'GET /api/units/:id/program': {
    summary: 'What belongs on the board of this unit, without env.json',
    access: 'read',
    params: id,
    reply: z.object({ version: z.string(), files: z.array(programFile) }),
  },
  'GET /api/units/:id/updates': {
    summary: 'The versions a unit went through, newest first',
    access: 'read',
    params: id,
    reply: z.array(update),
  },
  'POST /api/units/:id/updates': {
    summary: 'Bring a unit to a version of its template: over the air, or noted as loaded by hand',
    access: 'write',
    audit: { action: 'unit.update', detail: ['version', 'overTheAir'] },
    params: id,
    body: z.object({
      version: z.uuid().optional().meta({ description: 'The newest one when left out' }),
      overTheAir: z.boolean().default(true),
    }),
    reply: update,
    status: 202,
  },
  'GET /api/templates/:id/units': {
    summary: 'My units made from this template, and how far they are behind',
    access: 'read',
    params: id,
    reply: z.array(
      z.object({
        id: z.uuid(),
        name: z.string(),
        address: z.string(),
        version: z.object({ id: z.uuid(), label: z.string() }),
        isBehind: z.boolean(),
        update: update.nullable().meta({ description: 'The last one' }),
      }),
    ),
  },
  'POST /api/templates/:id/updates': {
    summary: 'Update several units; staged: the first one, then the rest if it comes back well',
    access: 'write',
    audit: { action: 'update.order', detail: ['version', 'staged'] },
    params: id,
    body: z.object({
      units: z.array(z.uuid()).min(1).max(1000),
      version: z.uuid().optional(),
      staged: z.boolean().default(true),
    }),
    reply: z.array(update),
    status: 202,
  },
  'DELETE /api/updates/:id': {
    summary: 'Cancel an update that the board has not begun',
    access: 'write',
    audit: { action: 'update.cancel' },
    params: id,
    reply: update,
  },
  'GET /api/device/firmware': {
    summary: 'For a unit: the manifest of its program {"version","files":[{"path","size","sha256"}]}',
    access: 'unit',
    reply: sealed,
  },
  'GET /api/device/files/*path': {
    summary: 'For a unit: a file of its program',
    access: 'unit',
    params: z.object({ path: z.string().max(300) }),
    reply: sealed,
  },
  'GET /api/device/env': { summary: 'For a unit: its env.json, without Wi-Fi', access: 'unit', reply: sealed },
  'GET /api/board-images': {
    summary: 'MicroPython images that the operator put into the folder boards of the data folder',
    access: 'read',
    reply: z.array(z.object({ name: z.string(), size: z.int(), sha256: z.string() })),
  },
  'GET /api/board-images/:name': {
    summary: 'Such an image',
    access: 'read',
    params: z.object({ name: z.string().regex(/^[\w][\w .+-]{0,120}\.bin$/, 'An image is called something.bin.') }),
    reply: { contentTypes: ['application/octet-stream'], description: 'The file' },
  },
});

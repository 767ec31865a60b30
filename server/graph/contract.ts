import { z } from 'zod';
import { contract } from '../http/contract.ts';
import { link } from '../links/contract.ts';
import { presence, variable, visibility } from '../variables/contract.ts';

/** How far from the middle of a canvas something can lie (pixels at zoom 1). */
const farthest = 1_000_000;
const coordinate = z.number().min(-farthest).max(farthest);

const port = variable.pick({ id: true, name: true, direction: true, definition: true, value: true, at: true }).extend({
  canLink: z.boolean().meta({ description: 'May be an end of a link that the caller makes' }),
});

const graphUnit = z.object({
  id: z.uuid(),
  name: z.string(),
  owner: z.string(),
  isOwn: z.boolean(),
  sector: z.object({ id: z.uuid(), path: z.string() }).nullable().meta({ description: 'Of own units alone' }),
  direction: z.enum(['none', 'rx', 'tx', 'rxtx']),
  visibility,
  presence,
  variables: z.array(port).meta({ description: 'Those that the caller may see: inputs first' }),
  position: z.object({ x: z.number(), y: z.number() }).nullable().meta({ description: 'Null: not laid out yet' }),
  isAdded: z.boolean().meta({ description: 'Stands on this canvas because it was put there, and can be taken off' }),
});

const edge = z.object({
  id: z.uuid(),
  output: z.uuid().nullable().meta({ description: 'Of the variable; null where the caller may not see it' }),
  input: z.uuid().nullable(),
  own: link.nullable().meta({ description: 'As GET /api/links gives it; null in the graph of somebody else' }),
});

const graph = z.object({
  units: z.array(graphUnit),
  links: z.array(edge),
  isEditable: z.boolean(),
  isWhole: z.boolean().meta({ description: 'false: there are more units or links than one answer holds' }),
});

/** A canvas is that of one of the caller's sectors, or with null that of everything. */
const sector = z.uuid().nullable();

export const graphContract = contract({
  'GET /api/graph': {
    summary:
      'My canvas: my units, those of others that I put there or that my links lead to, and the links at them. With a sector: the units in it or below',
    access: 'read',
    query: z.object({ sector: z.uuid().optional() }),
    reply: graph,
  },
  'GET /api/graph/:owner': {
    summary:
      'The units of a user that the caller may see, with the links of which both ends are seen. Without a user of this name, or anything to see, it is empty',
    access: 'anyone',
    params: z.object({ owner: z.string().max(100).meta({ description: 'Username' }) }),
    reply: graph,
  },
  'PUT /api/graph/positions': {
    summary: 'Where units stand on a canvas of mine; units that are not there, or not to be seen, are passed over',
    access: 'write',
    body: z.object({
      sector,
      positions: z
        .array(z.object({ unit: z.uuid(), x: coordinate, y: coordinate }))
        .max(1_000, 'At most 1,000 positions at a time.'),
    }),
    reply: z.void(),
    status: 204,
  },
  'POST /api/graph/units': {
    summary: 'Put a unit of somebody else, which I can see, on a canvas of mine; 200 on each at most',
    access: 'write',
    body: z.object({
      sector,
      unit: z.string().max(1_500).meta({ description: 'Its address, username:/sector/…/unit, or its UUID' }),
    }),
    reply: graphUnit,
    status: 201,
  },
  'DELETE /api/graph/units/:id': {
    summary: 'Take a unit off a canvas that it was put on; the answer is the same when it is not there',
    access: 'write',
    params: z.object({ id: z.uuid() }),
    query: z.object({ sector: z.uuid().optional() }),
    reply: z.void(),
    status: 204,
  },
});

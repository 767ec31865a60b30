import { z } from 'zod';
import { contract } from '../http/contract.ts';
import { presence, variable, visibility } from '../variables/contract.ts';
import { definition } from '../variables/definition.ts';

const unitName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^/#\p{Cc}]+$/u, 'A name may hold any letter and spaces, but no / and no #.');

const security = z.enum(['sealed', 'token']);
export const simulation = z.enum(['weather-station', 'dimmer-lamp', 'alarmed-door']);

const id = z.object({ id: z.uuid() });
const time = z.iso.datetime();
/** JSON as text (pasted, uploaded), so that an error can name line and column, or as a value. */
const document = z.union([z.string().max(256 * 1024), z.record(z.string(), z.json())]);

const unit = z.object({
  id: z.uuid(),
  name: z.string(),
  owner: z.string(),
  owned: z.boolean(),
  kind: z.enum(['physical', 'virtual']),
  simulation: simulation.nullable(),
  direction: z.enum(['none', 'rx', 'tx', 'rxtx']),
  sector: z.uuid().nullable(),
  address: z.string().meta({ description: 'username:/sector/…/unit' }),
  security,
  visibility,
  presence,
  lastSeenAt: time.nullable(),
  createdAt: time,
  variables: z.array(variable),
});

const versionOfTemplate = z.object({ id: z.uuid(), label: z.string() });

const ownUnit = unit.extend({
  template: z
    .object({
      id: z.uuid(),
      name: z.string(),
      version: versionOfTemplate,
      latest: versionOfTemplate,
      isBehind: z.boolean(),
    })
    .nullable()
    .meta({ description: 'What the unit was made from; null: from a schema of its own' }),
  state: z.record(z.string(), z.json()).meta({ description: 'What the unit reports about itself' }),
  keysGeneration: z.int(),
  keysMadeAt: time,
  keysChanging: z
    .boolean()
    .meta({ description: 'New keys wait for the board to take them; the old ones work until then' }),
  schema: z.record(z.string(), z.json()),
  example: z.record(z.string(), z.json()),
  settings: z.record(z.string(), z.json()).meta({ description: 'The own values of env.json, as the owner set them' }),
  settable: z
    .array(z.string())
    .meta({ description: 'Names of json_example.json that the owner sets; the instance fills in the others' }),
});

const schemaChange = z.object({
  direction: z.enum(['input', 'output']),
  name: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  before: definition.optional(),
  after: definition.optional(),
  historyRows: z
    .int()
    .optional()
    .meta({ description: 'Removed: stored values that would go with it; 100000 stands for that or more' }),
});

const refusal = z.object({
  id: z.int(),
  reason: z.string().meta({ description: 'Stable code, such as bad-proof or out-of-limits' }),
  detail: z.string(),
  topic: z.string(),
  count: z.int(),
  firstAt: time,
  lastAt: time,
});

export const unitsContract = contract({
  'GET /api/units': { summary: 'My units, with variables and last values', access: 'read', reply: z.array(unit) },
  'GET /api/explore': {
    summary:
      'Units with something to read without owning them: public ones, for local users also local ones and what was granted to them',
    access: 'anyone',
    query: z.object({
      search: z.string().max(100).default(''),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      offset: z.coerce.number().int().min(0).max(10_000).default(0),
    }),
    reply: z.object({ units: z.array(unit), total: z.int() }),
  },
  'GET /api/unit-examples': {
    summary: 'Built-in examples to make a unit from',
    access: 'anyone',
    reply: z.array(
      z.object({
        name: z.string(),
        title: z.string(),
        simulation: simulation.nullable(),
        schema: z.string(),
        example: z.string(),
      }),
    ),
  },
  'POST /api/units': {
    summary: 'Make a unit from a template, or from schema.json and json_example.json',
    access: 'write',
    audit: { action: 'unit.make', detail: ['name', 'visibility', 'security', 'sector'] },
    body: z.object({
      name: unitName,
      sector: z.uuid().nullable().default(null),
      template: z
        .uuid()
        .optional()
        .meta({ description: 'Its newest version is taken, in place of schema and example' }),
      schema: document.optional(),
      example: document.default({}),
      security: security.default('sealed'),
      visibility: visibility.default('private'),
    }),
    reply: ownUnit,
    status: 201,
  },
  'POST /api/units/virtual': {
    summary: 'Make a virtual unit: a simulation inside the instance, live at once',
    access: 'write',
    audit: { action: 'unit.make', detail: ['simulation', 'name', 'sector'] },
    body: z.object({ simulation, name: unitName.optional(), sector: z.uuid().nullable().default(null) }),
    reply: ownUnit,
    status: 201,
  },
  'GET /api/units/:id': {
    summary: 'A unit as the caller may see it',
    access: 'anyone',
    params: id,
    reply: z.union([ownUnit, unit]),
  },
  'PATCH /api/units/:id': {
    summary: 'Rename, move, or change visibility or security level',
    access: 'write',
    audit: { action: 'unit.change', detail: ['name', 'sector', 'visibility', 'security'] },
    params: id,
    body: z.object({
      name: unitName.optional(),
      sector: z.uuid().nullable().optional(),
      visibility: visibility.optional(),
      security: security.optional(),
    }),
    reply: ownUnit,
  },
  'DELETE /api/units/:id': {
    summary: 'Delete a unit with its history; its device is cut off',
    access: 'write',
    audit: { action: 'unit.delete' },
    params: id,
    reply: z.void(),
    status: 204,
  },
  'POST /api/units/:id/schema-changes': {
    summary: 'What a new schema would change; nothing is changed yet',
    access: 'write',
    params: id,
    body: z.object({ schema: document }),
    reply: z.array(schemaChange),
  },
  'PUT /api/units/:id/schema': {
    summary: 'Change the schema; variables that stay keep UUID and history',
    access: 'write',
    audit: { action: 'unit.schema' },
    params: id,
    body: z.object({ schema: document, example: document.optional() }),
    reply: ownUnit,
  },
  'GET /api/units/:id/env': {
    summary: 'Download env.json (owner only; holds keys)',
    access: 'session',
    audit: { action: 'unit.env' },
    params: id,
    reply: z.record(z.string(), z.json()),
  },
  'PUT /api/units/:id/settings': {
    summary: 'Set the own values of env.json, typed after json_example.json',
    access: 'write',
    audit: { action: 'unit.settings' },
    params: id,
    body: z.record(z.string(), z.json()),
    reply: ownUnit,
  },
  'POST /api/units/:id/keys': {
    summary: 'Remake the keys of env.json; old ones stop working at once, or once the board has taken the new ones',
    access: 'session',
    audit: { action: 'unit.keys' },
    params: id,
    body: z
      .object({
        overlap: z.boolean().meta({
          description:
            'The board is sent the new ones; both work until it has confirmed them. Not for keys that others know',
        }),
      })
      .default({ overlap: false }),
    reply: ownUnit,
  },
  'GET /api/units/:id/refusals': {
    summary: 'What was refused from this unit, and why',
    access: 'read',
    params: id,
    reply: z.array(refusal),
  },
  'GET /api/units/:id/log': {
    summary: 'Log lines the unit sent, newest first',
    access: 'read',
    params: id,
    query: z.object({
      search: z.string().max(100).default('').meta({ description: 'What a line holds, in either case' }),
      level: z.string().max(16).optional(),
      before: z.coerce.number().int().min(1).optional().meta({ description: 'The id of the oldest line known' }),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    reply: z.array(z.object({ id: z.int(), at: time, level: z.string(), text: z.string() })),
  },
});

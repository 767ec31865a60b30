import { z } from 'zod';
import { contract } from '../http/contract.ts';

/** Longest wait between two values of a link: a day (ms). */
const longestInterval = 86_400_000;
const mostReplacements = 5;

const json = z.json();
/** What a map table is looked up by: equal means the same type and value. */
const key = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);
const small = json.refine((value) => JSON.stringify(value).length <= 4_000, 'At most 4,000 characters of JSON.');

const table = z
  .array(z.tuple([key, small]))
  .min(1)
  .max(100)
  .superRefine((rows, context) => {
    const seen = new Set<unknown>();
    for (const [index, [from]] of rows.entries()) {
      if (seen.has(from)) {
        context.addIssue({ code: 'custom', message: `${JSON.stringify(from)} stands twice`, path: [index, 0] });
      }
      seen.add(from);
    }
  });

export const transform = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('scale'),
      factor: z.number().default(1),
      offset: z.number().default(0),
    }),
    z.strictObject({ kind: z.literal('invert') }),
    z.strictObject({
      kind: z.literal('map'),
      table,
      otherwise: small.optional().meta({ description: 'For what is not in the table; without it that is refused' }),
    }),
    z
      .strictObject({ kind: z.literal('clamp'), minimum: z.number(), maximum: z.number() })
      .refine(({ minimum, maximum }) => minimum <= maximum, { message: 'is above the maximum', path: ['minimum'] }),
    z.strictObject({
      kind: z.literal('text'),
      template: z
        .string()
        .max(500)
        .refine(
          (text) => text.split('{value}').length - 1 <= mostReplacements,
          `{value} may stand ${mostReplacements} times.`,
        )
        .meta({ description: 'Such as "It is {value} °C"' }),
    }),
  ])
  .meta({ description: 'What becomes of a value on its way' });

/** Why a link was switched off because a right was lost; '' when it was not. */
export const whyCut = z.enum(['', 'output-not-readable', 'input-not-writable', 'account-locked']);

const settings = {
  transform: transform.nullable(),
  minInterval: z
    .int()
    .min(0)
    .max(longestInterval)
    .meta({ description: 'Milliseconds between two values; what comes sooner is dropped and counted. 0 is no limit' }),
  onlyOnChange: z.boolean().meta({ description: 'Only what differs from the last value that went through' }),
  enabled: z.boolean(),
};

const end = z.object({
  owner: z.string(),
  id: z.uuid().nullable().meta({ description: 'Of the variable; null where the caller may not see it' }),
  name: z.string().nullable(),
  unit: z.object({ id: z.uuid(), name: z.string() }).nullable(),
});

const counters = z
  .object({
    last: z.object({ value: json, at: z.iso.datetime() }).nullable(),
    perMinute: z.number(),
    passed: z.int(),
    throttled: z.int().meta({ description: 'Dropped by minInterval' }),
    unchanged: z.int().meta({ description: 'Left out by onlyOnChange' }),
    refused: z.int().meta({ description: 'Did not fit the input, or the transform' }),
    looped: z.int().meta({ description: 'Not followed, because the value had come through too many links' }),
    isFailing: z.boolean().meta({ description: 'The last value that came was refused, or looped' }),
    throttledAt: z.iso.datetime().nullable().meta({ description: 'When the last value was dropped by minInterval' }),
  })
  .meta({ description: 'Since the instance started' });

export const link = z.object({
  id: z.uuid(),
  output: end,
  input: end,
  ...settings,
  whyCut,
  madeBy: z.string().meta({ description: 'The user whose rights it works with' }),
  createdAt: z.iso.datetime(),
  counters,
});

const id = z.object({ id: z.uuid() });

export const linksContract = contract({
  'GET /api/links': {
    summary: 'The links at my units, and those I made',
    access: 'read',
    query: z.object({
      unit: z.uuid().optional().meta({ description: 'Only those at this unit' }),
      sector: z.uuid().optional().meta({ description: 'Only those at units in this sector of mine, or below it' }),
    }),
    reply: z.array(link),
  },
  'POST /api/links': {
    summary: 'Link an output to an input: needs read on the output and write on the input',
    access: 'write',
    audit: { action: 'link.make', detail: ['output', 'input'] },
    body: z.object({
      output: z.uuid(),
      input: z.uuid(),
      transform: settings.transform.default(null),
      minInterval: settings.minInterval.default(0),
      onlyOnChange: settings.onlyOnChange.default(false),
      enabled: settings.enabled.default(true),
    }),
    reply: link,
    status: 201,
  },
  'GET /api/links/:id': { summary: 'A link at my units, or made by me', access: 'read', params: id, reply: link },
  'PATCH /api/links/:id': {
    summary:
      'Change a link: it then works with my rights on both ends. Switching off needs no right but to own an end or to have made it',
    access: 'write',
    audit: { action: 'link.change', detail: ['enabled'] },
    params: id,
    body: z.object(settings).partial(),
    reply: link,
  },
  'DELETE /api/links/:id': {
    summary: 'Delete a link: for who made it, the owner of the output and the owner of the input',
    access: 'write',
    audit: { action: 'link.delete' },
    params: id,
    reply: z.void(),
    status: 204,
  },
  'GET /api/links/:id/events': {
    summary: 'The last 20 events of a link, newest first: values that went through, and what was refused on it',
    access: 'read',
    params: id,
    reply: z.array(
      z.discriminatedUnion('kind', [
        z.object({
          kind: z.literal('value'),
          at: z.iso.datetime(),
          value: json,
          hops: z.int().meta({ description: 'Through how many links in a row it came, this one with it' }),
        }),
        z.object({
          kind: z.literal('refusal'),
          at: z.iso.datetime(),
          reason: z.string(),
          detail: z.string(),
          count: z.int(),
        }),
      ]),
    ),
  },
});

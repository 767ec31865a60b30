import { z } from 'zod';
import { contract } from '../http/contract.ts';

export const aggregate = z.enum(['raw', 'mean', 'min', 'max', 'median', 'count', 'last', 'envelope']);

export const historyContract = contract({
  'GET /api/variables/:id/history': {
    summary:
      'Values over time: raw, or one per period. JSON, CSV (Accept: text/csv or format=csv) or newline-delimited JSON',
    access: 'anyone',
    params: z.object({ id: z.uuid() }),
    query: z.object({
      from: z.iso
        .datetime({ offset: true })
        .optional()
        .meta({ description: 'Inclusive; a day before `to` unless said' }),
      to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Exclusive; now unless said' }),
      every: z
        .string()
        .regex(/^[1-9]\d{0,5}(s|m|h|d)$/, 'A number and s, m, h or d, as in 15m.')
        .optional()
        .meta({ description: 'Period of an aggregate' }),
      aggregate: aggregate
        .default('raw')
        .meta({ description: 'envelope: mean, min and max at once, what a chart draws' }),
      limit: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
      format: z.enum(['json', 'csv', 'ndjson']).optional(),
    }),
    reply: {
      contentTypes: ['application/json', 'text/csv', 'application/x-ndjson'],
      description:
        '{"variable","aggregate","every","points":[[<epoch ms>, value] …],"truncated"}; an envelope point is [ms, mean, min, max]; a period without values has no point',
    },
  },
});

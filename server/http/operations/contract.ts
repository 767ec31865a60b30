import { z } from 'zod';
import { contract } from '../contract.ts';

export const operationsContract = contract({
  'GET /api/instance': {
    summary: 'What this instance is, and where its doors are',
    access: 'anyone',
    reply: z.object({
      name: z.string(),
      version: z.string(),
      publicUrl: z.string(),
      setUp: z.boolean().meta({ description: 'False until the administrator is made' }),
      registration: z.enum(['closed', 'invite', 'open']),
      mqtt: z.object({ host: z.string(), port: z.int(), tlsPort: z.int().nullable(), webSocketUrl: z.string() }),
    }),
  },
  'GET /api/health': { summary: 'The process lives', access: 'anyone', reply: z.object({ status: z.literal('ok') }) },
  'GET /api/ready': {
    summary: 'The instance can store and serve: 200, or 503 with the reason',
    access: 'anyone',
    reply: z.object({ status: z.literal('ready') }),
  },
  'GET /api/openapi.json': {
    summary: 'This description',
    access: 'anyone',
    reply: { contentTypes: ['application/json'], description: 'OpenAPI 3.1' },
  },
  'GET /api/docs': {
    summary: 'This description, readable',
    access: 'anyone',
    reply: { contentTypes: ['text/html'], description: 'A page' },
  },
  'GET /metrics': {
    summary: 'Prometheus metrics, from loopback or with the metrics token',
    access: 'anyone',
    reply: { contentTypes: ['text/plain'], description: 'Prometheus text format 0.0.4' },
  },
});

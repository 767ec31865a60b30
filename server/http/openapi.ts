import { z } from 'zod';
import type { Contract, Route } from './contract.ts';
import { componentSchemas, type Json, schemaOf } from './openapi-schemas.ts';

/** OpenAPI 3.1 of the contracts; `x-access` says who may call. */
export function openApi(contract: Contract, about: { version: string; publicUrl: string }): Json {
  const paths: Record<string, Json> = {};
  for (const [key, route] of Object.entries(contract)) {
    const [method = '', path = ''] = key.split(' ');
    const template = path.replaceAll(/[:*](\w+)/g, '{$1}');
    paths[template] = { ...paths[template], [method.toLowerCase()]: operation(key, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Croft', version: about.version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: about.publicUrl }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'croft_session' },
        token: { type: 'http', scheme: 'bearer' },
        unit: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`Unit <PEPEUNIT_TOKEN>`, with a fresh proof in the header `Croft-Proof`',
        },
      },
      schemas: componentSchemas,
    },
  };
}

function operation(key: string, route: Route): Json {
  return {
    operationId: key,
    summary: route.summary,
    'x-access': route.access,
    security: securityOf(route),
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body && { requestBody: { required: true, ...requestBody(route.body) } }),
    responses: {
      [route.status ?? 200]: success(route),
      default: {
        description: 'What was wrong (RFC 9457)',
        content: { 'application/problem+json': { schema: problemRef } },
      },
    },
  };
}

function requestBody(body: NonNullable<Route['body']>): Json {
  if (body instanceof z.ZodType) return { content: { 'application/json': { schema: schemaOf(body, 'input') } } };
  const content = Object.fromEntries(body.contentTypes.map((type) => [type, {}]));
  return { description: body.description, content };
}

function securityOf({ access }: Route): Json[] {
  if (access === 'anyone') return [{}, { session: [] }, { token: [] }];
  if (access === 'unit') return [{ unit: [] }];
  return access === 'session' ? [{ session: [] }] : [{ session: [] }, { token: [] }];
}

function parameters(schema: z.ZodObject | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const json = schemaOf(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
  return Object.entries(json.properties ?? {}).map(([name, property]) => ({
    name,
    in: where,
    required: where === 'path' || (json.required?.includes(name) ?? false),
    description: property.description,
    schema: property,
  }));
}

function success(route: Route): Json {
  if (!(route.reply instanceof z.ZodType)) {
    const content = Object.fromEntries(route.reply.contentTypes.map((type) => [type, {}]));
    return { description: route.reply.description, content };
  }
  if (route.status === 204) return { description: 'Done' };
  return { description: 'Done', content: { 'application/json': { schema: schemaOf(route.reply, 'output') } } };
}

const problemRef = { $ref: '#/components/schemas/Problem' };

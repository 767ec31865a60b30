import type { Api } from '../contract.ts';
import {
  commandOf,
  endpointOf,
  freshEnds,
  freshName,
  grantOf,
  linkOf,
  nobody,
  nothing,
  type RouteCase,
  requestOf,
  schema,
  submissionOf,
  templateOf,
  unitOf,
  updateOf,
  variableOf,
  versionOf,
  zip,
} from './route-things.ts';

export type Key = keyof Api & string;

/** An answer about oneself, or for everybody. */
const own = (owner: number, request: RouteCase['request'] = nothing): RouteCase => ({ request, owner });
/** Things of others answer as if they were not there. */
const private_ = (owner: number, request: RouteCase['request']): RouteCase => ({
  request,
  owner,
  others: 404,
  anonymous: 404,
});

/** One case for every route of the API. Wrong passwords and empty bodies keep the accounts alive; the answer shows how far the call came. */
export const routeCases: Record<Key, RouteCase> = {
  'GET /api/instance': own(200),
  'GET /api/health': own(200),
  'GET /api/ready': own(200),
  'GET /api/openapi.json': own(200),
  'GET /api/docs': own(200),
  'GET /metrics': own(200),
  'GET /api/unit-examples': own(200),
  'GET /api/explore': own(200),
  'GET /api/live': own(200, ({ unit }) => ({ query: { units: unit } })),
  'POST /api/setup': own(422, () => ({ body: {} })),
  'POST /api/register': own(422, () => ({ body: {} })),
  'POST /api/sessions': own(422, () => ({ body: {} })),
  'GET /api/me': own(200),
  'GET /api/sessions': own(200),
  'GET /api/tokens': own(200),
  'GET /api/units': own(200),
  'GET /api/sectors': own(200),
  'PUT /api/me/password': own(403, () => ({ body: { current: 'not this', password: 'correct horse battery' } })),
  'POST /api/me/deletion': own(403, () => ({ body: { password: 'not this' } })),
  'POST /api/tokens': own(201, () => ({ body: { name: 'One more', scopes: ['read'], days: 1 } })),
  'POST /api/sectors': own(201, () => ({ body: { path: `/${freshName()}` } })),
  'POST /api/units': own(201, () => ({ body: { name: freshName(), schema } })),
  'POST /api/units/virtual': own(422, () => ({ body: { simulation: 'none of these' } })),

  'GET /api/invites': own(200),
  'POST /api/invites': own(201, () => ({ body: {} })),
  'DELETE /api/invites/:id': own(204, async (_, { administrator }) => {
    const { id } = await administrator.call('POST /api/invites', { body: {} });
    return { params: { id } };
  }),
  'GET /api/users': own(200),
  'PATCH /api/users/:id': own(200, ({ otherUser }) => ({ params: { id: otherUser }, body: { locked: false } })),

  'GET /api/units/:id': private_(200, unitOf),
  'PATCH /api/units/:id': private_(200, (things) => ({ ...unitOf(things), body: { visibility: 'private' } })),
  'DELETE /api/units/:id': private_(204, async (_, { owner }) => {
    const { id } = await owner.call('POST /api/units', { body: { name: freshName(), schema } });
    return { params: { id } };
  }),
  'POST /api/units/:id/schema-changes': private_(200, (things) => ({ ...unitOf(things), body: { schema } })),
  'PUT /api/units/:id/schema': private_(200, (things) => ({ ...unitOf(things), body: { schema } })),
  'GET /api/units/:id/env': private_(200, unitOf),
  'PUT /api/units/:id/settings': private_(200, (things) => ({ ...unitOf(things), body: {} })),
  'POST /api/units/:id/keys': private_(200, unitOf),
  'GET /api/units/:id/refusals': private_(200, unitOf),
  'GET /api/units/:id/log': private_(200, unitOf),

  'POST /api/tx': {
    request: () => ({ body: { line: 'tx ada:/home/Shed lamp on' } }),
    owner: 202,
    others: 422,
  },
  'GET /api/tx/completion': own(200, () => ({ query: { line: 'tx ada:/home/Sh' } })),
  'GET /api/commands': own(200),
  'POST /api/units/:id/commands': private_(202, (things) => ({ ...unitOf(things), body: { command: 'reboot' } })),
  'GET /api/units/:id/commands': private_(200, unitOf),
  'GET /api/commands/:id': private_(200, commandOf),
  'DELETE /api/commands/:id': private_(200, commandOf),

  'GET /api/links': own(200),
  'POST /api/links': private_(201, async (things, { owner }) => ({ body: await freshEnds(things, owner) })),
  'GET /api/links/:id': private_(200, linkOf),
  'PATCH /api/links/:id': private_(200, async (...given) => ({
    ...(await linkOf(...given)),
    body: { enabled: false },
  })),
  'DELETE /api/links/:id': private_(204, linkOf),
  'GET /api/links/:id/events': private_(200, linkOf),

  'GET /api/graph': own(200),
  'GET /api/graph/:owner': own(200, () => ({ params: { owner: 'ada' } })),
  'PUT /api/graph/positions': own(204, ({ unit }) => ({ body: { sector: null, positions: [{ unit, x: 1, y: 2 }] } })),
  // To its owner it is there already.
  'POST /api/graph/units': private_(409, ({ unit }) => ({ body: { sector: null, unit } })),
  'DELETE /api/graph/units/:id': own(204, unitOf),

  'GET /api/templates': own(200),
  // Nothing is there to be read, and nobody waits for it.
  'POST /api/templates': own(202, () => ({ body: { name: freshName(), url: 'https://127.0.0.1:1/a.git' } })),
  'POST /api/templates/import': own(201, () => ({ query: { name: freshName() }, body: zip() })),
  'GET /api/templates/:id': private_(200, templateOf),
  'PATCH /api/templates/:id': private_(200, (things) => ({ ...templateOf(things), body: { visibility: 'private' } })),
  'DELETE /api/templates/:id': private_(204, async (_, { owner }) => {
    const made = await owner.call('POST /api/templates/import', { query: { name: freshName() }, body: zip() });
    return { params: { id: made.id } };
  }),
  // It has no repository.
  'POST /api/templates/:id/check': private_(409, templateOf),
  'GET /api/templates/:id/versions': private_(200, templateOf),
  'GET /api/templates/:id/versions/:version': private_(200, versionOf),
  'GET /api/templates/:id/versions/:version/files': private_(200, versionOf),
  'GET /api/templates/:id/versions/:version/zip': private_(200, versionOf),

  'GET /api/units/:id/program': private_(200, unitOf),
  'GET /api/units/:id/updates': private_(200, unitOf),
  // The unit was not made from a template.
  'POST /api/units/:id/updates': private_(409, (things) => ({ ...unitOf(things), body: {} })),
  'GET /api/templates/:id/units': private_(200, templateOf),
  'POST /api/templates/:id/updates': private_(409, (things) => ({
    ...templateOf(things),
    body: { units: [things.unit] },
  })),
  'DELETE /api/updates/:id': private_(409, updateOf),
  'GET /api/board-images': own(200),
  'GET /api/board-images/:name': own(404, () => ({ params: { name: 'missing.bin' } })),
  // For units by their proof: everybody else is turned away.
  'GET /api/device/firmware': own(401),
  'GET /api/device/files/*path': own(401, () => ({ params: { path: 'main.py' } })),
  'GET /api/device/env': own(401),

  'GET /api/variables/:id': private_(200, variableOf),
  'GET /api/variables/:id/history': private_(200, variableOf),
  'PATCH /api/variables/:id': private_(200, (things) => ({ ...variableOf(things), body: { visibility: 'private' } })),
  'PUT /api/variables/:id/value': private_(200, ({ input }) => ({ params: { id: input }, body: { value: true } })),

  'GET /api/units/:id/endpoints': private_(200, unitOf),
  'POST /api/units/:id/endpoints': private_(201, async (_, { owner }) => {
    const unit = await owner.call('POST /api/units', { body: { name: freshName(), schema } });
    return { params: { id: unit.id }, body: { name: 'Door' } };
  }),
  'PATCH /api/endpoints/:id': private_(200, async (...given) => ({
    ...(await endpointOf(...given)),
    body: { enabled: true },
  })),
  // Whoever knows its address may submit to it, and it has no secret to remake.
  'POST /api/submit/:id': own(202, async (...given) => ({ ...(await endpointOf(...given)), body: { warmth: 20 } })),
  'POST /api/endpoints/:id/secret': private_(409, endpointOf),
  'POST /api/endpoints/:id/variables': private_(204, async (...given) => ({
    ...(await endpointOf(...given)),
    body: { name: freshName(), type: 'number' },
  })),
  'POST /api/endpoints/:id/tests': private_(201, async (...given) => ({
    ...(await endpointOf(...given)),
    body: { body: '{}' },
  })),
  'GET /api/endpoints/:id/submissions': private_(200, endpointOf),
  'GET /api/submissions/:id': private_(200, submissionOf),
  'GET /api/submissions/:id/body': private_(200, submissionOf),
  'DELETE /api/endpoints/:id': private_(204, endpointOf),

  'GET /api/units/:id/access': private_(200, unitOf),
  'GET /api/grants': own(200),
  'POST /api/grants': private_(201, async (_, { owner }) => {
    const unit = await owner.call('POST /api/units', { body: { name: freshName(), schema } });
    return { body: { variable: unit.variables[0]?.id, access: 'write', user: 'cleo' } };
  }),
  'DELETE /api/grants/:id': private_(204, grantOf),
  'GET /api/access-requests': own(200),
  'POST /api/access-requests': {
    request: () => ({ body: { address: `${nobody()}:/home/Shed#warmth`, access: 'read' } }),
    owner: 202,
  },
  'POST /api/access-requests/:id/answer': private_(200, async (things, make) => ({
    ...(await requestOf(things, make)),
    body: { granted: false },
  })),
  'DELETE /api/access-requests/:id': private_(204, async (_, { owner }) => {
    const body = { address: `${nobody()}:/home/Shed#warmth`, access: 'read' } as const;
    const { id } = await owner.call('POST /api/access-requests', { body });
    return { params: { id } };
  }),
  'GET /api/audit': own(200),

  'PATCH /api/sectors/:id': private_(200, ({ sector }) => ({ params: { id: sector }, body: {} })),
  'DELETE /api/sectors/:id': private_(204, async (_, { owner }) => {
    const { id } = await owner.call('POST /api/sectors', { body: { path: `/${freshName()}` } });
    return { params: { id } };
  }),
  'DELETE /api/tokens/:id': private_(204, async (_, { owner }) => {
    const body = { name: 'Short', scopes: ['read'], days: 1 } as const;
    const { id } = await owner.call('POST /api/tokens', { body: { ...body, scopes: [...body.scopes] } });
    return { params: { id } };
  }),
  'DELETE /api/sessions/:id': private_(204, async (_, { anotherSession }) => {
    const sessions = await (await anotherSession()).call('GET /api/sessions');
    return { params: { id: sessions.find(({ current }) => current)?.id ?? '' } };
  }),
  // Last: these end the sessions they are called with.
  'DELETE /api/sessions/current': own(204),
  'DELETE /api/sessions': own(204),
};

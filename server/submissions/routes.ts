import type { Context } from 'koa';
import { readRawBody } from '../http/body.ts';
import type { RouteAnswer } from '../http/contract.ts';
import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import { submissionLimit, submissionsContract } from './contract.ts';
import type { Endpoints } from './endpoints.ts';
import type { Request } from './submitting.ts';

type Answer<K extends keyof typeof submissionsContract> = RouteAnswer<(typeof submissionsContract)[K]>;
type Test = { contentType: string; body: string; address: string };

type Deps = {
  endpoints: Endpoints;
  /** Answers the submission's UUID. */
  submit: (endpoint: string, request: Request) => Promise<string>;
  list: (caller: Person, endpoint: string) => Promise<Answer<'GET /api/endpoints/:id/submissions'>>;
  show: (caller: Person, uuid: string) => Promise<Answer<'GET /api/submissions/:id'>>;
  bytes: (caller: Person, uuid: string) => Promise<Buffer>;
  test: (caller: Person, endpoint: string, test: Test) => Promise<Answer<'POST /api/endpoints/:id/tests'>>;
};

export const submissionsRoutes = ({ endpoints, submit, list, show, bytes, test }: Deps) =>
  routes(submissionsContract, {
    'GET /api/units/:id/endpoints': ({ caller, params }) => endpoints.list(caller, params.id),
    'POST /api/units/:id/endpoints': ({ caller, params, body }) => endpoints.make(caller, params.id, body),
    'PATCH /api/endpoints/:id': ({ caller, params, body }) => endpoints.change(caller, params.id, body),
    'POST /api/endpoints/:id/secret': ({ caller, params }) => endpoints.remakeSecret(caller, params.id),
    'DELETE /api/endpoints/:id': ({ caller, params }) => endpoints.remove(caller, params.id),
    'POST /api/endpoints/:id/variables': ({ caller, params, body }) => endpoints.addVariable(caller, params.id, body),
    'POST /api/endpoints/:id/tests': ({ caller, params, body, ctx }) =>
      test(caller, params.id, { ...body, address: ctx.ip }),
    'GET /api/endpoints/:id/submissions': ({ caller, params }) => list(caller, params.id),
    'GET /api/submissions/:id': ({ caller, params }) => show(caller, params.id),
    'GET /api/submissions/:id/body': async ({ caller, params, ctx }) => {
      const content = await bytes(caller, params.id);
      ctx.attachment(`submission-${params.id}.bin`);
      ctx.set('Content-Type', 'application/octet-stream');
      ctx.body = content;
    },
    'POST /api/submit/:id': async ({ params, ctx }) => ({ id: await submit(params.id, requestOf(ctx)) }),
  });

const requestOf = (ctx: Context): Request => ({
  header: (name) => ctx.get(name),
  rawHeaders: ctx.req.rawHeaders,
  address: ctx.ip,
  read: () => readRawBody(ctx, submissionLimit),
});

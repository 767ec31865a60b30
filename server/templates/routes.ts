import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import type { Changing } from './changing.ts';
import { templatesContract } from './contract.ts';
import type { Reading } from './reading.ts';

type Deps = { reading: Reading; changing: Changing };

export const templatesRoutes = ({ reading, changing }: Deps) => {
  const shown = async (caller: Person, made: Promise<string>) => reading.show(caller, await made);

  return routes(templatesContract, {
    'GET /api/templates': ({ caller, query }) => reading.list(caller, query.search),
    'POST /api/templates': ({ caller, body }) => shown(caller, changing.fromGit(caller, body)),
    'POST /api/templates/import': ({ caller, query, body }) => shown(caller, changing.fromZip(caller, query, body)),
    'GET /api/templates/:id': ({ caller, params }) => reading.show(caller, params.id),
    'PATCH /api/templates/:id': ({ caller, params, body }) => shown(caller, changing.change(caller, params.id, body)),
    'DELETE /api/templates/:id': ({ caller, params }) => changing.remove(caller, params.id),
    'POST /api/templates/:id/check': ({ caller, params }) => shown(caller, changing.check(caller, params.id)),
    'GET /api/templates/:id/versions': ({ caller, params }) => reading.versions(caller, params.id),
    'GET /api/templates/:id/versions/:version': ({ caller, params }) =>
      reading.version(caller, params.id, params.version),
    'GET /api/templates/:id/versions/:version/files': ({ caller, params }) =>
      reading.files(caller, params.id, params.version),
    'GET /api/templates/:id/versions/:version/zip': async ({ caller, params, ctx }) => {
      const { name, zip } = await reading.zip(caller, params.id, params.version);
      ctx.attachment(name);
      ctx.set('Content-Type', 'application/zip');
      ctx.body = zip;
    },
  });
};

import type { Context } from 'koa';
import { routes } from '../http/router.ts';
import type { BoardImages } from './board-images.ts';
import { programsContract } from './contract.ts';
import type { Device } from './device.ts';
import type { Reading } from './reading.ts';
import type { Staged } from './staged.ts';
import type { Updates } from './updates.ts';
import { presentUpdate } from './view.ts';

type Deps = { reading: Reading; updates: Updates; staged: Staged; device: Device; images: BoardImages };

export const programsRoutes = ({ reading, updates, staged, device, images }: Deps) =>
  routes(programsContract, {
    'GET /api/units/:id/program': ({ caller, params }) => reading.program(caller, params.id),
    'GET /api/units/:id/updates': ({ caller, params }) => reading.updatesOfUnit(caller, params.id),
    'POST /api/units/:id/updates': async ({ caller, params, body }) =>
      presentUpdate(await updates.order(caller, params.id, body)),
    'GET /api/templates/:id/units': ({ caller, params }) => reading.unitsOfTemplate(caller, params.id),
    'POST /api/templates/:id/updates': async ({ caller, params, body }) =>
      (await staged.order(caller, params.id, body)).map(presentUpdate),
    'DELETE /api/updates/:id': async ({ caller, params }) => presentUpdate(await updates.cancel(caller, params.id)),
    'GET /api/device/firmware': async ({ caller, ctx }) => answer(ctx, caller.seal(await device.manifest(caller))),
    'GET /api/device/files/*path': async ({ caller, params, ctx }) =>
      answer(ctx, caller.seal(await device.file(caller, params.path))),
    'GET /api/device/env': async ({ caller, ctx }) => answer(ctx, caller.seal(await device.env(caller))),
    'GET /api/board-images': () => images.list(),
    'GET /api/board-images/:name': async ({ params, ctx }) => {
      const { size, stream } = await images.open(params.name);
      answer(ctx, stream, size);
    },
  });

/** Bytes as they are, with their length. A board reads heads with lines of at most 512 bytes: what is for browsers is left out. */
function answer(ctx: Context, bytes: Buffer | NodeJS.ReadableStream, length?: number): void {
  ctx.remove('Content-Security-Policy');
  ctx.body = bytes;
  ctx.type = 'application/octet-stream';
  if (length !== undefined) ctx.length = length;
}

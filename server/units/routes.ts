import type { Context } from 'koa';
import type { Db } from '../database/connection.ts';
import { routes } from '../http/router.ts';
import type { Person } from '../users/caller.ts';
import type { Changing } from './changing.ts';
import { unitsContract } from './contract.ts';
import { readUnitExamples } from './examples.ts';
import type { Identity } from './identity.ts';
import { searchLog } from './log-store.ts';
import type { Making } from './making.ts';
import type { Reading } from './reading.ts';
import { listRefusals } from './refusals-store.ts';

type Deps = { db: Db; reading: Reading; making: Making; changing: Changing; identity: Identity };

export const unitsRoutes = ({ db, reading, making, changing, identity }: Deps) => {
  const idOf = async (caller: Person, uuid: string) => (await reading.own(caller, uuid)).id;

  return routes(unitsContract, {
    'GET /api/units': ({ caller }) => reading.listOwn(caller),
    'GET /api/explore': ({ caller, query }) => reading.explore(caller, query),
    'GET /api/unit-examples': () => readUnitExamples(),
    'POST /api/units': async ({ caller, body }) => reading.showOwn(caller, await making.physical(caller, body)),
    'POST /api/units/virtual': async ({ caller, body }) => reading.showOwn(caller, await making.virtual(caller, body)),
    'GET /api/units/:id': ({ caller, params }) => reading.show(caller, params.id),
    'PATCH /api/units/:id': async ({ caller, params, body }) => {
      await changing.change(caller, params.id, body);
      return reading.showOwn(caller, params.id);
    },
    'DELETE /api/units/:id': ({ caller, params }) => changing.remove(caller, params.id),
    'POST /api/units/:id/schema-changes': ({ caller, params, body }) =>
      changing.preview(caller, params.id, body.schema),
    'PUT /api/units/:id/schema': async ({ caller, params, body }) => {
      await changing.changeSchema(caller, params.id, body);
      return reading.showOwn(caller, params.id);
    },
    'GET /api/units/:id/env': async ({ caller, params, ctx }) => {
      const env = await identity.env(caller, params.id);
      sendAsFile(ctx, 'env.json');
      return env;
    },
    'PUT /api/units/:id/settings': async ({ caller, params, body }) => {
      await identity.changeSettings(caller, params.id, body);
      return reading.showOwn(caller, params.id);
    },
    'POST /api/units/:id/keys': async ({ caller, params, body }) => {
      await identity.remakeKeys(caller, params.id, body);
      return reading.showOwn(caller, params.id);
    },
    'GET /api/units/:id/refusals': async ({ caller, params }) => {
      const rows = await listRefusals(db, await idOf(caller, params.id));
      return rows.map((row) => ({
        ...row,
        firstAt: row.firstAt.toISOString(),
        lastAt: row.lastAt.toISOString(),
      }));
    },
    'GET /api/units/:id/log': async ({ caller, params, query }) => {
      const rows = await searchLog(db, await idOf(caller, params.id), query);
      return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
    },
  });
};

/** It holds keys: no cache keeps it (RFC 9111 §5.2.2.5). */
function sendAsFile(ctx: Context, name: string): void {
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Content-Disposition', `attachment; filename="${name}"`);
}

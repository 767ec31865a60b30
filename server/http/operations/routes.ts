import { timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { api } from '../../contract.ts';
import { notFound, unavailable } from '../../errors.ts';
import { openApi } from '../openapi.ts';
import { routes } from '../router.ts';
import { operationsContract } from './contract.ts';
import { docsPage } from './docs.ts';

type Deps = {
  about: {
    name: string;
    version: string;
    publicUrl: string;
    registration: 'closed' | 'invite' | 'open';
    mqtt: () => { host: string; port: number; tlsPort: number | null; webSocketUrl: string };
  };
  isSetUp: () => Promise<boolean>;
  /** Why the instance cannot serve now; undefined when it can. */
  notReady: () => Promise<string | undefined>;
  metrics: { contentType: string; text: () => Promise<string> };
  metricsToken: string | undefined;
};

export function operationsRoutes({ about, isSetUp, notReady, metrics, metricsToken }: Deps) {
  const document = openApi(api, about);
  const page = docsPage(document as Parameters<typeof docsPage>[0]);

  return routes(operationsContract, {
    'GET /api/instance': async () => ({ ...about, mqtt: about.mqtt(), setUp: await isSetUp() }),
    'GET /api/health': () => ({ status: 'ok' as const }),
    'GET /api/ready': async () => {
      const reason = await notReady();
      if (reason !== undefined) throw unavailable(reason, 5);
      return { status: 'ready' as const };
    },
    'GET /api/openapi.json': ({ ctx }) => {
      ctx.body = document;
    },
    'GET /api/docs': ({ ctx }) => {
      ctx.type = 'html';
      ctx.body = page;
    },
    'GET /metrics': async ({ ctx }) => {
      if (!mayReadMetrics(ctx, metricsToken)) throw notFound('page');
      ctx.type = metrics.contentType;
      ctx.body = await metrics.text();
    },
  });
}

/** With a token configured only the token counts; without one only a direct call from this machine (no proxy before it). */
function mayReadMetrics(ctx: Context, token: string | undefined): boolean {
  if (token) return isSame(ctx.get('authorization'), `Bearer ${token}`);
  const address = ctx.req.socket.remoteAddress ?? '';
  return /^(127\.|::1$|::ffff:127\.)/.test(address) && !ctx.get('x-forwarded-for') && !ctx.get('forwarded');
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

import Koa, { type Context } from 'koa';
import helmet from 'koa-helmet';
import type { Log } from '../log.ts';
import type { Caller } from '../users/caller.ts';
import type { Metrics } from './metrics.ts';
import { accessLog, problems } from './problem.ts';
import { rateLimits } from './rates.ts';
import { createRouter, type RouteTable } from './router.ts';
import { webFiles } from './web.ts';

type Deps = {
  tables: RouteTable[];
  callerOf: (ctx: Context) => Promise<Caller>;
  metrics: Metrics;
  /** How many proxies stand before us and may say who the caller is (X-Forwarded-For). */
  trustedProxies: number;
  isHttps: boolean;
  webFolder: string;
  log: Log;
};

/** The HTTP door: ids and log lines, problems, headers, limits, routes, then the web. */
export function createApp(deps: Deps): Koa {
  const { tables, metrics, trustedProxies, isHttps, webFolder, log } = deps;
  const callerOf = (ctx: Context): Promise<Caller> => {
    ctx.state.caller ??= deps.callerOf(ctx);
    return ctx.state.caller;
  };
  const app = new Koa({ proxy: trustedProxies > 0, maxIpsCount: trustedProxies });
  const router = createRouter(tables, callerOf);
  const web = webFiles(webFolder);
  const limits = rateLimits(callerOf);
  app.on('error', (error) => log.debug({ err: error }, 'a response could not be sent'));
  app.use(accessLog(log));
  app.use(async (ctx, next) => {
    const began = performance.now();
    await next();
    metrics.requested(ctx.state.route ?? 'web', ctx.status, (performance.now() - began) / 1000);
  });
  app.use(securityHeaders(web.scriptHashes, isHttps));
  const isApi = (path: string) => path.startsWith('/api/') || path === '/metrics';
  app.use(async (ctx, next) => (isApi(ctx.path) ? next() : web.middleware(ctx, next)));
  app.use(problems(log));
  app.use(async (ctx, next) => (ctx.path === '/api/health' ? next() : limits(ctx, next)));
  app.use(async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    await next();
  });
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

function securityHeaders(scriptHashes: string[], isHttps: boolean) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", ...scriptHashes],
        // Positions of menus and chart sizes are set as style attributes; scripts are what matters.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

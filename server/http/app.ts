import Koa, { type Context, type Middleware } from 'koa';
import helmet from 'koa-helmet';
import type { Log } from '../log.ts';
import type { Caller, UnitCaller } from '../users/caller.ts';
import type { Metrics } from './metrics.ts';
import { accessLog, problems } from './problem.ts';
import { rateLimits } from './rates.ts';
import { createRouter, type RouteTable, type Witness } from './router.ts';
import { webFiles } from './web.ts';

type Deps = {
  tables: RouteTable[];
  callerOf: (ctx: Context) => Promise<Caller>;
  witness: Witness;
  unitOf: (ctx: Context) => Promise<UnitCaller>;
  /** Resolves once this process knows what was changed before. */
  changesHeard: () => Promise<void>;
  metrics: Metrics;
  /** How many proxies stand before us and may say who the caller is (X-Forwarded-For). */
  trustedProxies: number;
  isHttps: boolean;
  webFolder: string;
  previewOf: (path: string) => Promise<string>;
  log: Log;
};

/** The HTTP door: ids and log lines, problems, headers, limits, routes, then the web. */
export function createApp(deps: Deps): Koa {
  const { tables, unitOf, metrics, trustedProxies, isHttps, webFolder, previewOf, log } = deps;
  const callerOf = (ctx: Context): Promise<Caller> => {
    ctx.state.caller ??= isSubmission(ctx) ? Promise.resolve({ kind: 'anonymous' }) : deps.callerOf(ctx);
    return ctx.state.caller;
  };
  const app = new Koa({ proxy: trustedProxies > 0, maxIpsCount: trustedProxies });
  const router = createRouter(tables, { callerOf, unitOf, witness: deps.witness });
  const web = webFiles(webFolder, previewOf);
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
  // What a request changed holds from its answer on: the next message of a device meets it.
  app.use(async (ctx, next) => {
    await next();
    if (!['GET', 'HEAD'].includes(ctx.method) && ctx.status < 400) await deps.changesHeard();
  });
  app.use(router.routes());
  app.use(router.allowedMethods());
  return app;
}

/** Whoever submits to an endpoint shows that endpoint's secret, where an account's token would stand. */
const isSubmission = (ctx: Context) => ctx.path.startsWith('/api/submit/');

/** Pages under /embed/ are made to stand in other sites' pages; all others may not be framed. */
function securityHeaders(scriptHashes: string[], isHttps: boolean): Middleware {
  const own = headersOf(scriptHashes, isHttps, "'none'");
  const embedded = headersOf(scriptHashes, isHttps, '*');
  return (ctx, next) => (ctx.path.startsWith('/embed/') ? embedded(ctx, next) : own(ctx, next));
}

function headersOf(scriptHashes: string[], isHttps: boolean, framedBy: "'none'" | '*'): Middleware {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        // WebAssembly of our own origin: the compiler for programs of boards. It allows no eval of JavaScript (CSP3 §4.5).
        scriptSrc: ["'self'", "'wasm-unsafe-eval'", ...scriptHashes],
        // Positions of menus and chart sizes are set as style attributes; scripts are what matters.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: [framedBy],
      },
    },
    // A page that is isolated itself (COEP) may embed only what says so.
    crossOriginResourcePolicy: { policy: framedBy === '*' ? 'cross-origin' : 'same-origin' },
    xFrameOptions: framedBy === '*' ? false : { action: 'deny' },
    strictTransportSecurity: isHttps ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
  });
}

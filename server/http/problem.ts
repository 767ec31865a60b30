import { randomUUID } from 'node:crypto';
import type { Context, Middleware } from 'koa';
import { AppError, notFound } from '../errors.ts';
import type { Log } from '../log.ts';

/** Answers every error of the API as problem+json (RFC 9457); what was not foreseen is logged and told as 500. */
export function problems(log: Log): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) throw notFound('page');
      if (ctx.status === 405 || ctx.status === 501) {
        throw new AppError(405, 'method-not-allowed', `${ctx.method} is not possible here.`);
      }
    } catch (error) {
      answer(ctx, error instanceof AppError ? error : unforeseen(ctx, error, log));
    }
  };
}

/** Gives the request an id (or takes the proxy's) and writes one access line when it is answered. */
export function accessLog(log: Log): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    const sent = ctx.get('x-request-id');
    ctx.state.requestId = /^[\w-]{8,64}$/.test(sent) ? sent : randomUUID();
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
    const milliseconds = Math.round(performance.now() - began);
    log[isWorthALine(ctx) ? 'info' : 'debug'](
      { request: ctx.state.requestId, method: ctx.method, path: ctx.path, status: ctx.status, milliseconds },
      'request',
    );
  };
}

/** Calls of the API, but not a supervisor's every few seconds; files of the web only when they fail. */
function isWorthALine({ path, status }: Context): boolean {
  if (path === '/api/health' || path === '/api/ready' || path === '/metrics') return status >= 500;
  return path.startsWith('/api/') || status >= 400;
}

function answer(ctx: Context, error: AppError): void {
  ctx.status = error.status;
  if (error.retryAfter !== undefined) ctx.set('Retry-After', String(Math.max(1, Math.ceil(error.retryAfter))));
  if (error.status === 401) ctx.set('WWW-Authenticate', 'Bearer');
  ctx.type = 'application/problem+json';
  ctx.set('Cache-Control', 'no-store');
  ctx.body = JSON.stringify({
    type: 'about:blank',
    title: error.message,
    status: error.status,
    code: error.code,
    issues: error.issues,
    request: ctx.state.requestId,
  });
}

function unforeseen(ctx: Context, error: unknown, log: Log): AppError {
  log.error({ err: error, request: ctx.state.requestId, method: ctx.method, path: ctx.path }, 'a request failed');
  return new AppError(500, 'internal', 'Something went wrong here; the log has the details under this request id.');
}

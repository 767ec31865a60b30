import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Middleware } from 'koa';
import { loadWebFiles, sendWebFile } from './web-files.ts';

const inlineScript = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;

/** CSP sources of the inline scripts of the built page (SvelteKit's start script), so that no other inline script runs. */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(inlineScript)].map(
    ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  );
}

/**
 * Serves the built web: files as they are (hashed names for ever), every other path the page itself.
 * @param headOf what more stands in the head of the page at a path, as HTML
 */
export function webFiles(
  folder: string,
  headOf: (path: string) => Promise<string>,
): { middleware: Middleware; scriptHashes: string[] } {
  const pageFile = join(folder, 'shell.html');
  if (!existsSync(pageFile)) return { middleware: notBuilt, scriptHashes: [] };
  const page = readFileSync(pageFile, 'utf8');
  const files = loadWebFiles(folder);
  const middleware: Middleware = async (ctx) => {
    const file = files.get(ctx.path);
    const isReading = ctx.method === 'GET' || ctx.method === 'HEAD';
    if (file && isReading && ctx.path !== '/shell.html') sendWebFile(ctx, file);
    else if (isReading) await servePage(ctx, page, headOf);
  };
  return { middleware, scriptHashes: inlineScriptHashes(page) };
}

/** Addresses of pages have no dot; one with a dot was meant for a file that is not there. */
async function servePage(ctx: Context, page: string, headOf: (path: string) => Promise<string>): Promise<void> {
  ctx.status = 404;
  if (/\.\w+$/.test(ctx.path)) return;
  ctx.status = 200;
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-cache');
  const head = await headOf(ctx.path);
  ctx.body = page.replace('</head>', () => `${head}</head>`);
}

const notBuilt: Middleware = async (ctx) => {
  ctx.status = 503;
  ctx.body = 'The web is not built: run "npm run build", or start with "npm start", which does it.\n';
};

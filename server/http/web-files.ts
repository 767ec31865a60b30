import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Context } from 'koa';

type WebFile = { etag: string; plain: Buffer; br: Buffer | undefined; gzip: Buffer | undefined };

const encodings = { br: '.br', gzip: '.gz' } as const;

/**
 * The built files in memory (about 2 MB), by their path: a build beside a running instance cannot take one away while it is
 * being sent. Those with a packed copy are sent packed to whoever takes that (RFC 9110 §12.5.3).
 */
export function loadWebFiles(folder: string): ReadonlyMap<string, WebFile> {
  const files = new Map<string, WebFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || entry.name.startsWith('.') || /\.(br|gz)$/.test(entry.name)) continue;
    const plain = readFileSync(file);
    files.set(`/${relative(folder, file).split(sep).join('/')}`, {
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      plain,
      br: readPacked(file + encodings.br),
      gzip: readPacked(file + encodings.gzip),
    });
  }
  return files;
}

const readPacked = (file: string) => (existsSync(file) ? readFileSync(file) : undefined);

/** Answers with the file; names that hold a hash of the content are kept for ever. */
export function sendWebFile(ctx: Context, { etag, plain, br, gzip }: WebFile): void {
  const isHashed = ctx.path.includes('/immutable/');
  ctx.set('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  ctx.vary('Accept-Encoding');
  ctx.type = ctx.path.slice(ctx.path.lastIndexOf('.'));
  ctx.status = 200;
  ctx.etag = etag;
  if (ctx.fresh) {
    ctx.status = 304;
    return;
  }
  const encoding = ctx.acceptsEncodings('br', 'gzip', 'identity');
  const packed = encoding === 'br' ? br : encoding === 'gzip' ? gzip : undefined;
  if (packed && encoding) ctx.set('Content-Encoding', encoding);
  ctx.body = packed ?? plain;
}

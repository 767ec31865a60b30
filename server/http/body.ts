import type { Context } from 'koa';
import getRawBody from 'raw-body';
import { AppError, badRequest } from '../errors.ts';

/** Bytes; a schema with its example is the largest thing people send. */
const bodyLimit = 1024 * 1024;

/**
 * The request's JSON body; undefined when there is none.
 * @throws AppError 400 not JSON, 413 too large, 415 another type or a content encoding
 */
export async function readJsonBody(ctx: Context): Promise<unknown> {
  const raw = await readRawBody(ctx, bodyLimit);
  if (raw.length === 0) return undefined;
  if (!ctx.is('json', '+json')) throw new AppError(415, 'unsupported-media-type', 'Send application/json.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw), storable);
  } catch (error) {
    throw badRequest(`The body cannot be read as JSON: ${(error as Error).message}`);
  }
}

/** Postgres keeps neither NUL nor half a surrogate pair in text. */
function storable(_key: string, value: unknown): unknown {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    throw new Error('a text holds a NUL or half a surrogate pair');
  }
  return value;
}

/**
 * The body's bytes, as they came.
 * @param limit bytes
 * @throws AppError 400 cut off, 413 too large, 415 a content encoding
 */
export async function readRawBody(ctx: Context, limit: number): Promise<Buffer> {
  if (ctx.get('content-encoding')) throw new AppError(415, 'unsupported-media-type', 'Send the body unencoded.');
  try {
    return await getRawBody(ctx.req, { limit, length: ctx.get('content-length') || undefined });
  } catch (error) {
    if ((error as { type?: string }).type === 'entity.too.large') {
      throw new AppError(413, 'too-large', `The body may have ${limit} bytes.`);
    }
    throw badRequest(`The body could not be read: ${(error as Error).message}`);
  }
}

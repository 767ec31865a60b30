import type { Context } from 'koa';
import { forbidden } from '../errors.ts';

const ownOrigin = (ctx: Context): string => `${ctx.protocol}://${ctx.host}`;

/**
 * Keeps other sites' pages from acting through a signed-in browser (CSRF): `Origin` and `Sec-Fetch-Site` are written by
 * the browser and no page can change them (Fetch Standard, forbidden request headers).
 * @param origins what people may have in the address bar: `https://croft.example`
 */
export function createOriginCheck(origins: readonly string[]) {
  const isOwn = (ctx: Context): boolean => {
    const origin = ctx.get('origin');
    return ctx.get('sec-fetch-site') === 'same-origin' || origins.includes(origin) || origin === ownOrigin(ctx);
  };
  const isFromBrowser = (ctx: Context): boolean =>
    ctx.get('origin') !== '' || !['', 'none'].includes(ctx.get('sec-fetch-site'));

  return {
    /** For a write by cookie. @throws AppError 403 unless it comes from a page of this instance */
    requireOwn: (ctx: Context): void => {
      if (!isOwn(ctx)) throw forbidden('This comes from another site; scripts use an API token instead of the cookie.');
    },

    /** For signing in, where programs are welcome too. @throws AppError 403 when another site's page sent it */
    refuseForeign: (ctx: Context): void => {
      if (isFromBrowser(ctx) && !isOwn(ctx)) throw forbidden('This comes from another site.');
    },

    /** Where the links we make lead: the origin the caller uses if it is a known one. */
    linkOrigin: (ctx: Context): string =>
      origins.includes(ownOrigin(ctx)) ? ownOrigin(ctx) : (origins[0] ?? ownOrigin(ctx)),
  };
}

export type OriginCheck = ReturnType<typeof createOriginCheck>;

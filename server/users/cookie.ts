import type { Context } from 'koa';

const name = 'croft_session';
/**
 * In seconds, 400 days: the most a browser keeps (RFC 6265bis §5.5). The database decides when a session ends (30 days
 * unused); a cookie of the same length would be lost by a page that only listens, for whose answers no cookie is set.
 */
const maxAge = 400 * 24 * 60 * 60;

/**
 * The session's cookie (RFC 6265). Written by hand: Koa refuses a Secure cookie behind a proxy that ends TLS without
 * telling. It is the only cookie of the instance, so setting replaces what was set before on this answer.
 */
export function createSessionCookie(secure: boolean) {
  const set = (ctx: Context, value: string, seconds: number) =>
    ctx.set(
      'Set-Cookie',
      `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    );

  return {
    read: (ctx: Context): string | undefined => ctx.cookies.get(name),
    give: (ctx: Context, secret: string): void => set(ctx, secret, maxAge),
    take: (ctx: Context): void => set(ctx, '', 0),
  };
}

export type SessionCookie = ReturnType<typeof createSessionCookie>;

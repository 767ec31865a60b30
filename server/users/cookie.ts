import type { Context } from 'koa';

const name = 'croft_session';
/** How long an unused session lives, in milliseconds: 30 days. */
export const sessionLifetime = 30 * 24 * 60 * 60 * 1000;

/**
 * The session's cookie (RFC 6265). Written by hand: Koa refuses a Secure cookie behind a proxy that ends TLS without
 * telling. It is the only cookie of the instance, so setting replaces what was set before on this answer.
 */
export function createSessionCookie(secure: boolean) {
  const set = (ctx: Context, value: string, maxAge: number) =>
    ctx.set(
      'Set-Cookie',
      `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`,
    );

  return {
    read: (ctx: Context): string | undefined => ctx.cookies.get(name),
    give: (ctx: Context, secret: string): void => set(ctx, secret, sessionLifetime / 1000),
    take: (ctx: Context): void => set(ctx, '', 0),
  };
}

export type SessionCookie = ReturnType<typeof createSessionCookie>;

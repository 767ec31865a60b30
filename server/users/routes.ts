import type { Context } from 'koa';
import { routes } from '../http/router.ts';
import { type Account, inPerson } from './account.ts';
import type { Administration } from './administration.ts';
import type { Person } from './caller.ts';
import { usersContract } from './contract.ts';
import type { SessionCookie } from './cookie.ts';
import type { Invites } from './invites.ts';
import type { Newcomers } from './newcomers.ts';
import type { OriginCheck } from './origin.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';
import type { User } from './store.ts';
import type { Tokens } from './tokens.ts';

type Deps = {
  account: Account;
  administration: Administration;
  cookie: SessionCookie;
  invites: Invites;
  newcomers: Newcomers;
  origin: OriginCheck;
  sessions: Sessions;
  signIn: SignIn;
  tokens: Tokens;
};

export const usersRoutes = (deps: Deps) => {
  const { account, administration, cookie, invites, newcomers, origin, sessions, signIn, tokens } = deps;

  const end = async (ctx: Context, person: Person, session: string) => {
    if ((await sessions.end(person, session)) === person.sessionId) cookie.take(ctx);
  };

  return routes(usersContract, {
    'POST /api/setup': async ({ ctx, body }) => shown(await newcomers.setUp(ctx, body)),
    'POST /api/register': async ({ ctx, body }) => shown(await newcomers.register(ctx, body)),
    'POST /api/sessions': async ({ ctx, body }) => shown(await signIn(ctx, body)),
    'GET /api/sessions': ({ caller }) => sessions.list(caller),
    'DELETE /api/sessions/current': async ({ ctx, caller }) => {
      await sessions.endCurrent(inPerson(caller));
      cookie.take(ctx);
    },
    'DELETE /api/sessions/:id': ({ ctx, caller, params }) => end(ctx, caller, params.id),
    'DELETE /api/sessions': async ({ ctx, caller }) => {
      await sessions.endEverywhere(caller);
      cookie.take(ctx);
    },
    'GET /api/me': async ({ caller }) => shown(await account.find(caller)),
    'PUT /api/me/password': ({ ctx, caller, body }) => account.changePassword(ctx, inPerson(caller), body),
    'POST /api/me/deletion': ({ ctx, caller, body }) => account.remove(ctx, caller, body.password),
    'GET /api/tokens': ({ caller }) => tokens.list(caller.userId),
    'POST /api/tokens': ({ caller, body }) => tokens.make(caller, body),
    'DELETE /api/tokens/:id': ({ caller, params }) => tokens.revoke(caller, params.id),
    'GET /api/invites': () => invites.list(),
    'POST /api/invites': ({ ctx, caller, body }) => invites.make(caller, body, origin.linkOrigin(ctx)),
    'DELETE /api/invites/:id': ({ caller, params }) => invites.withdraw(caller, params.id),
    'GET /api/users': () => administration.list(),
    'PATCH /api/users/:id': ({ caller, params, body }) => administration.change(caller, params.id, body),
  });
};

const shown = ({ uuid, username, role, createdAt }: User) => ({
  id: uuid,
  username,
  role,
  createdAt: createdAt.toISOString(),
});

import type { Context } from 'koa';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import type { Db } from '../database/connection.ts';
import { conflict, forbidden, notFound, unauthorized } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Person } from './caller.ts';
import type { scope } from './contract.ts';
import { hashOfSecret, newSecret } from './secret.ts';
import {
  countTokens,
  deleteToken,
  findToken,
  insertToken,
  listTokens,
  markTokenUsed,
  type Token,
} from './token-store.ts';

type Scope = z.output<typeof scope>;

const prefix = 'croft_';
const day = 24 * 60 * 60 * 1000;
const writeInterval = 60_000;
const mostTokens = 100;

export type Tokens = ReturnType<typeof createTokens>;

/** Keys for programs: `Authorization: Bearer croft_…` (RFC 6750), with scopes and an end. Stored hashed, shown once. */
export function createTokens({ db, log, now }: { db: Db; log: Log; now: () => Date }) {
  return {
    /** The request's API token; other bearers (the metrics token) are none of ours. */
    read: (ctx: Context): string | undefined => {
      const [scheme, value] = ctx.get('authorization').split(' ');
      return scheme?.toLowerCase() === 'bearer' && value?.startsWith(prefix) ? value : undefined;
    },

    /** @throws AppError 401 unless it is a living token of a user who is not locked */
    personOf: async (secret: string): Promise<Person> => {
      const found = await findToken(db, hashOfSecret(secret), now());
      if (!found) throw unauthorized('This API token is unknown, expired or revoked.');
      const { id, uuid, username, role, tokenId, tokenName, lastUsedAt } = found;
      if (!lastUsedAt || now().getTime() - lastUsedAt.getTime() >= writeInterval)
        await markTokenUsed(db, tokenId, now());
      return {
        kind: 'person',
        userId: id,
        id: uuid,
        username,
        role,
        scopes: found.scopes as Scope[],
        sessionId: undefined,
        tokenName,
      };
    },

    list: async (userId: number) => (await listTokens(db, userId)).map(shown),

    /** @param days until it expires; null: never. @throws AppError 403 a scope above the user's role, 409 too many */
    make: async (person: Person, asked: { name: string; scopes: Scope[]; days: number | null }) => {
      if (asked.scopes.includes('administer') && person.role !== 'administrator') {
        throw forbidden('Only an administrator can give a token the scope "administer".');
      }
      if ((await countTokens(db, person.userId)) >= mostTokens) {
        throw conflict(`You have ${mostTokens} API tokens: revoke one first.`);
      }
      const secret = prefix + newSecret();
      const token = await insertToken(db, {
        uuid: uuidv7(),
        userId: person.userId,
        name: asked.name,
        secretHash: hashOfSecret(secret),
        scopes: [...new Set(asked.scopes)],
        createdAt: now(),
        expiresAt: asked.days === null ? null : new Date(now().getTime() + asked.days * day),
      });
      log.info({ user: person.id, tokenId: token.uuid, scopes: token.scopes }, 'an API token was made');
      return { ...shown(token), secret };
    },

    /** @throws AppError 404 */
    revoke: async (person: Person, uuid: string): Promise<void> => {
      if (!(await deleteToken(db, person.userId, uuid))) throw notFound('API token');
      log.info({ user: person.id, tokenId: uuid }, 'an API token was revoked');
    },
  };
}

const shown = ({ uuid, name, scopes, createdAt, expiresAt, lastUsedAt }: Token) => ({
  id: uuid,
  name,
  scopes: scopes as Scope[],
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

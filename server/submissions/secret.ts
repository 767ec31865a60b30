import type { Secrets } from '../secrets.ts';
import { hashOfSecret, newSecret } from '../users/users.ts';
import type { StoredEndpoint } from './store.ts';

type Auth = StoredEndpoint['auth'];

/** A new secret, and what is stored of it: of a token its hash; that of an HMAC is needed to check, so it is encrypted. */
export function makeSecret(secrets: Secrets, { uuid, auth }: { uuid: string; auth: Auth }) {
  if (auth === 'none') return { secret: null, stored: { secretHash: null, sealedSecret: null } };
  const secret = newSecret();
  const isToken = auth === 'token';
  return {
    secret,
    stored: {
      secretHash: isToken ? hashOfSecret(secret) : null,
      sealedSecret: isToken ? null : secrets.seal(secret, contextOf(uuid)),
    },
  };
}

/** The secret of an endpoint with HMAC. */
export function openSecret(secrets: Secrets, { uuid, sealedSecret }: StoredEndpoint): string {
  if (!sealedSecret) throw new Error(`endpoint ${uuid} has no secret to sign with`);
  return secrets.open(sealedSecret, contextOf(uuid));
}

const contextOf = (uuid: string) => `endpoint ${uuid}`;

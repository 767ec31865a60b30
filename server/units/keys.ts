import { randomBytes } from 'node:crypto';
import { CompactSign, compactVerify, EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { Example } from '../documents/documents.ts';
import type { Secrets } from '../secrets.ts';

export type UnitKeys = {
  /** SYNC_ENCRYPT_KEY, 32 random bytes as base64url: seals payloads both ways. */
  syncKey: string;
  /** SECRET_KEY, 32 random bytes as base64url: proves possession at connect, signs a device's HTTP requests. */
  secretKey: string;
  /** 24 random bytes as base64url: the MQTT password at the security level `token`. */
  token: string;
  /** PEPEUNIT_TOKEN */
  pepeunitToken: string;
};

/**
 * The secrets of units: made here, kept sealed (AES-256-GCM under the instance key, bound to the unit).
 * PEPEUNIT_TOKEN is a JWS (RFC 7515, HS256) whose payload is a JWE (RFC 7516, dir, A256GCM) of {sub: unit, gen: generation, iat}.
 */
export function createUnitKeys({ secrets }: { secrets: Secrets }) {
  const signing = secrets.derive('unit token signature');
  const encryption = secrets.derive('unit token encryption');

  async function signToken(uuid: string, generation: number): Promise<string> {
    const claims = new EncryptJWT({ gen: generation }).setSubject(uuid).setIssuedAt();
    const middle = await claims.setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(encryption);
    const signature = new CompactSign(Buffer.from(middle)).setProtectedHeader({ alg: 'HS256', cty: 'JWT' });
    return signature.sign(signing);
  }

  async function readToken(token: string): Promise<{ sub: string; gen: number } | undefined> {
    const { payload: middle, protectedHeader } = await compactVerify(token, signing, { algorithms: ['HS256'] });
    if (protectedHeader.cty !== 'JWT') return undefined;
    const { payload } = await jwtDecrypt(middle, encryption, {
      keyManagementAlgorithms: ['dir'],
      contentEncryptionAlgorithms: ['A256GCM'],
      requiredClaims: ['sub', 'gen', 'iat'],
    });
    const { sub, gen } = payload;
    return typeof sub === 'string' && typeof gen === 'number' ? { sub, gen } : undefined;
  }

  return {
    /** New random keys of this generation, sealed. */
    async make(uuid: string, generation: number): Promise<Buffer> {
      const keys: UnitKeys = {
        syncKey: randomBytes(32).toString('base64url'),
        secretKey: randomBytes(32).toString('base64url'),
        token: randomBytes(24).toString('base64url'),
        pepeunitToken: await signToken(uuid, generation),
      };
      return secrets.seal(JSON.stringify(keys), `unit/${uuid}/keys`);
    },

    /** @throws Error when sealed under another instance key or for another unit */
    open: (uuid: string, sealed: Buffer): UnitKeys => JSON.parse(secrets.open(sealed, `unit/${uuid}/keys`)),

    sealSettings: (uuid: string, settings: Example): Buffer =>
      secrets.seal(JSON.stringify(settings), `unit/${uuid}/settings`),
    openSettings: (uuid: string, sealed: Buffer): Example => JSON.parse(secrets.open(sealed, `unit/${uuid}/settings`)),

    /** The unit and key generation of a PEPEUNIT_TOKEN made by this instance; undefined for any other text. */
    async verifyUnitToken(token: string): Promise<{ sub: string; gen: number } | undefined> {
      try {
        return await readToken(token);
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

export type UnitKeyring = ReturnType<typeof createUnitKeys>;

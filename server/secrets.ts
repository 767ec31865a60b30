import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';

/**
 * Encryption at rest under the instance key (32 bytes). A sealed value is 12 bytes IV, AES-256-GCM ciphertext, 16 bytes tag;
 * `context` (the unit's UUID and what it is) is authenticated with it, so a value cannot be moved to another row.
 */
export function createSecrets(instanceKey: Buffer) {
  const derive = (purpose: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', instanceKey, Buffer.alloc(0), `croft ${purpose}`, 32)));
  const atRest = derive('at rest');

  return {
    /** A 32-byte key for one purpose (HKDF-SHA256, RFC 5869). */
    derive,

    seal(plaintext: string, context: string): Buffer {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', atRest, iv).setAAD(Buffer.from(context));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, ciphertext, cipher.getAuthTag()]);
    },

    /** @throws Error when the key or the context is another, or the bytes were changed */
    open(sealed: Buffer, context: string): string {
      const decipher = createDecipheriv('aes-256-gcm', atRest, sealed.subarray(0, 12)).setAAD(Buffer.from(context));
      decipher.setAuthTag(sealed.subarray(-16));
      return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
    },
  };
}

export type Secrets = ReturnType<typeof createSecrets>;

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 32 random bytes as base64url (43 characters): nothing to guess, so a plain SHA-256 of it may be stored. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** What is stored of a secret: 32 bytes. */
export const hashOfSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** Compares in a time that tells nothing about where they differ, whatever their lengths. */
export const secretsEqual = (a: string, b: string): boolean => timingSafeEqual(hashOfSecret(a), hashOfSecret(b));

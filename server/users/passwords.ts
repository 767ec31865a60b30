import { hash, verify } from '@node-rs/argon2';
import { createGate } from './gate.ts';

/** argon2id with 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet, the library's defaults said aloud. */
export const cost = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** No password's hash (all zeros), of the same cost: what an unknown user's password is checked against. */
export const nobodysHash = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Hashes people's passwords. Two at once: each takes 19 MiB and a core for 10–30 ms, and libuv has four threads for everything. */
export function createPasswords() {
  const gate = createGate({ running: 2, waiting: 100 });
  // The same text typed on another keyboard may be composed differently (NIST SP 800-63B §5.1.1.2).
  const normalised = (password: string) => password.normalize('NFKC');

  return {
    /** The PHC string to store. */
    hash: (password: string): Promise<string> => gate(() => hash(normalised(password), cost)),

    /** Does the same work without a stored hash (no such user), and says no then. */
    matches: (password: string, stored: string | undefined): Promise<boolean> =>
      gate(() => verify(stored ?? nobodysHash, normalised(password))),
  };
}

export type Passwords = ReturnType<typeof createPasswords>;

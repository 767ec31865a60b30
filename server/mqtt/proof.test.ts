import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../firmware/vectors.json' with { type: 'json' };
import { checkConnectPassword, checkHttpProof, connectPassword, httpProof } from './proof.ts';

const secret = createSecretKey(Buffer.from(vectors.secretKey, 'base64url'));
const { uuid } = vectors;
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

describe('connect passwords', () => {
  test.each(vectors.connect)('boot $boot, n $n', ({ boot, n, password }) => {
    expect(connectPassword(secret, uuid, boot, n)).toBe(password);
    expect(checkConnectPassword(secret, uuid, password)).toEqual({ boot, n });
  });

  test.each(vectors.connectRefused)('refused: $name', ({ password }) => {
    expect(checkConnectPassword(secret, uuid, password)).toBeUndefined();
  });

  test('any counters come back, for this key and unit only', () => {
    const other = createSecretKey(Buffer.alloc(32, 1));
    fc.assert(
      fc.property(u32, u32, (boot, n) => {
        const password = connectPassword(secret, uuid, boot, n);
        expect(checkConnectPassword(secret, uuid, password)).toEqual({ boot, n });
        expect(checkConnectPassword(other, uuid, password)).toBeUndefined();
        expect(checkConnectPassword(secret, uuid.replace('0', '1'), password)).toBeUndefined();
      }),
    );
  });

  test('no character can be changed', () => {
    const password = connectPassword(secret, uuid, 12, 34);
    const edit = fc.record({
      at: fc.nat(password.length - 1),
      char: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 1 }),
    });
    fc.assert(
      fc.property(edit, ({ at, char }) => {
        fc.pre(password[at] !== char);
        const changed = password.slice(0, at) + char + password.slice(at + 1);
        expect(checkConnectPassword(secret, uuid, changed)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('HTTP proofs', () => {
  test.each(vectors.http)('$method $path', ({ method, path, boot, n, proof }) => {
    expect(httpProof(secret, method, path, boot, n)).toBe(proof);
    expect(checkHttpProof(secret, method, path, proof)).toEqual({ boot, n });
    expect(checkHttpProof(secret, 'POST', path, proof)).toBeUndefined();
    expect(checkHttpProof(secret, method, `${path}/`, proof)).toBeUndefined();
    expect(checkConnectPassword(secret, uuid, proof)).toBeUndefined();
  });
});

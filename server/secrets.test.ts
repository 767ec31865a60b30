import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSecrets } from './secrets.ts';

const key = Buffer.alloc(32, 7);
const secrets = createSecrets(key);

describe('what is sealed', () => {
  test('opens again under the same key and context, whatever text it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        fc.pre(text.isWellFormed());
        expect(createSecrets(key).open(secrets.seal(text, context), context)).toBe(text);
      }),
    );
  });

  test('never looks the same twice and does not show the text', () => {
    const [first, second] = [secrets.seal('a secret text', 'x'), secrets.seal('a secret text', 'x')];
    expect(first.equals(second)).toBe(false);
    expect(first.toString('latin1')).not.toContain('secret');
    expect(first).toHaveLength('a secret text'.length + 12 + 16);
  });

  test('does not open elsewhere, under another key, or with any one bit changed', () => {
    const sealed = secrets.seal('keys of a unit', 'unit 1');
    expect(() => secrets.open(sealed, 'unit 2')).toThrow();
    expect(() => createSecrets(randomBytes(32)).open(sealed, 'unit 1')).toThrow();
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(() => secrets.open(changed, 'unit 1')).toThrow();
    }
    expect(() => secrets.open(sealed.subarray(0, 20), 'unit 1')).toThrow();
    expect(() => secrets.open(Buffer.alloc(0), 'unit 1')).toThrow();
  });
});

test('keys for different purposes differ, and are the same each time', () => {
  const of = (purpose: string) => secrets.derive(purpose).export().toString('hex');
  expect(of('tokens')).toHaveLength(64);
  expect(of('tokens')).not.toBe(of('proofs'));
  expect(createSecrets(key).derive('tokens').export().toString('hex')).toBe(of('tokens'));
});

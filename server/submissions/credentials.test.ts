import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOfSecret } from '../users/users.ts';
import { readSignature, signatureOf, signs, tokenProblem } from './credentials.ts';

const now = 1_700_000_000_000;
const headersOf = (headers: Record<string, string>) => (name: string) => headers[name] ?? '';
const signed = (signature: string, timestamp?: string) =>
  headersOf({ 'x-hub-signature-256': signature, ...(timestamp !== undefined && { 'x-croft-timestamp': timestamp }) });

test('a signature is the one that GitHub publishes as its test', () => {
  // https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
  const hex = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const body = Buffer.from('Hello, World!');
  expect(signatureOf("It's a Secret to Everybody", body).toString('hex')).toBe(hex);
  const read = readSignature(signed(`sha256=${hex}`), false, now);
  expect(read.ok && signs("It's a Secret to Everybody", body, read.signature)).toBe(true);
  expect(read.ok && signs('another secret', body, read.signature)).toBe(false);
});

test('what is signed is let in, and nothing that differs in a bit of body, secret, time or signature', () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  const secret = fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' });
  const skew = fc.integer({ min: -300, max: 300 });
  fc.assert(
    fc.property(bytes, secret, skew, fc.nat(), fc.boolean(), (given, key, seconds, place, isTimed) => {
      const body = Buffer.from(given);
      const timestamp = isTimed ? String(now / 1000 + seconds) : undefined;
      const hex = signatureOf(key, body, timestamp).toString('hex');
      const read = readSignature(signed(`sha256=${hex}`, timestamp), isTimed, now);
      if (!read.ok) throw new Error(read.problem);
      expect(signs(key, body, read.signature)).toBe(true);
      expect(signs(`${key}.`, body, read.signature)).toBe(false);
      expect(signs(key, Buffer.concat([body, Buffer.from([0])]), read.signature)).toBe(false);
      const later = { ...read.signature, timestamp: `${timestamp ?? ''}1` };
      expect(signs(key, body, later)).toBe(false);
      const changed = Buffer.from(read.signature.given);
      changed.writeUInt8(changed.readUInt8(place % 32) ^ (1 << (place % 8)), place % 32);
      expect(signs(key, body, { ...read.signature, given: changed })).toBe(false);
    }),
  );
});

test('headers that are no signature are refused, whatever they hold', () => {
  const hex = 'ab'.repeat(32);
  const some = fc.oneof(
    fc.string(),
    fc.constantFrom('sha256=', `sha1=${hex}`, `sha256=${hex}0`, hex, `sha256= ${hex}`),
  );
  fc.assert(
    fc.property(some, (text) => {
      fc.pre(!/^sha256=[0-9a-f]{64}$/i.test(text));
      expect(readSignature(signed(text), false, now).ok).toBe(false);
    }),
  );
  fc.assert(
    fc.property(fc.oneof(fc.string({ minLength: 1 }), fc.double().map(String)), (timestamp) => {
      fc.pre(!(/^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) - now / 1000) <= 300));
      expect(readSignature(signed(`sha256=${hex}`, timestamp), false, now).ok).toBe(false);
    }),
  );
});

test('a timestamp counts for five minutes, and where it need not be there it counts all the same', () => {
  const at = (seconds: number) => readSignature(signed(`sha256=${'0'.repeat(64)}`, String(seconds)), false, now);
  expect(at(now / 1000 - 300)).toMatchObject({ ok: true, signature: { expiresAt: now } });
  expect(at(now / 1000 - 301).ok).toBe(false);
  expect(at(now / 1000 + 301).ok).toBe(false);
  expect(readSignature(signed(`sha256=${'0'.repeat(64)}`), true, now).ok).toBe(false);
});

test('a token is taken as RFC 6750 writes it', () => {
  const hash = hashOfSecret('open-sesame');
  const problem = (authorization: string) => tokenProblem(headersOf({ authorization }), hash);
  expect(problem('Bearer open-sesame')).toBeUndefined();
  expect(problem('bearer   open-sesame ')).toBeUndefined();
  for (const wrong of ['', 'open-sesame', 'Bearer', 'Bearer open', 'Basic open-sesame', 'Bearer open-sesame x']) {
    expect(problem(wrong), wrong).toBeDefined();
  }
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import vectors from '../../firmware/vectors.json' with { type: 'json' };
import { type Direction, envelopeKeys, open, seal } from './envelope.ts';
import { aeadKeys, openAead, sealAead } from './envelope-aead.ts';

const keys = envelopeKeys(Buffer.from(vectors.syncKey, 'base64url'));
const bytes = (hex: string) => Buffer.from(hex, 'hex');
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });

function directionOf(value: number): Direction {
  return value === 1 ? 1 : 0;
}

describe('AEAD_AES_128_CBC_HMAC_SHA_256', () => {
  const { aead } = vectors;
  const key = aeadKeys(bytes(aead.key));

  test('RFC 7518 B.1 both ways', () => {
    const sealed = sealAead(key, bytes(aead.associated), bytes(aead.iv), bytes(aead.plaintext));
    expect(sealed.ciphertext.toString('hex')).toBe(aead.ciphertext);
    expect(sealed.tag.toString('hex')).toBe(aead.tag);
    const opened = openAead(key, bytes(aead.associated), bytes(aead.iv + aead.ciphertext), bytes(aead.tag));
    expect(opened?.toString('hex')).toBe(aead.plaintext);
  });

  test('a cut tag and a key of the wrong length are refused', () => {
    const cut = bytes(aead.tag).subarray(0, 15);
    expect(openAead(key, bytes(aead.associated), bytes(aead.iv + aead.ciphertext), cut)).toBeUndefined();
    expect(() => aeadKeys(Buffer.alloc(31))).toThrow(RangeError);
  });
});

describe('vectors', () => {
  test.each(vectors.envelopes)('$name', ({ envelope, iv, plaintext, direction, generation, ...rest }) => {
    const message = { ...rest, generation, direction: directionOf(direction), plaintext: Buffer.from(plaintext) };
    expect(seal(keys, { ...message, iv: bytes(iv) }).toString('hex')).toBe(envelope);
    const opened = open(keys, { topic: message.topic, direction: message.direction, payload: bytes(envelope) });
    expect(opened).toEqual({
      ok: true,
      generation: generation % 128,
      boot: message.boot,
      seq: message.seq,
      plaintext: message.plaintext,
    });
  });

  test.each(vectors.refused)('refused: $name', ({ topic, envelope, reason }) => {
    expect(open(keys, { topic, direction: 0, payload: bytes(envelope) })).toEqual({ ok: false, reason });
  });
});

test('whatever is sealed opens, and only with its key, topic and direction', () => {
  const message = fc.record({
    direction: fc.constantFrom<Direction>(0, 1),
    generation: fc.nat(1_000),
    boot: u32,
    seq: u32,
    topic: fc.string({ unit: 'grapheme', minLength: 1 }),
    plaintext: fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  });
  const others = envelopeKeys(Buffer.alloc(32, 7));
  fc.assert(
    fc.property(message, (sent) => {
      const payload = seal(keys, sent);
      const { direction, topic } = sent;
      const { generation, boot, seq, plaintext } = sent;
      const opened = { ok: true, generation: generation % 128, boot, seq, plaintext };
      expect(open(keys, { topic, direction, payload })).toEqual(opened);
      expect(open(others, { topic, direction, payload })).toEqual({ ok: false, reason: 'seal' });
      expect(open(keys, { topic: `${topic}x`, direction, payload })).toEqual({ ok: false, reason: 'seal' });
      const reflected = open(keys, { topic, direction: direction === 0 ? 1 : 0, payload });
      expect(reflected).toEqual({ ok: false, reason: 'direction' });
    }),
  );
});

test('no bit of an envelope can be turned', () => {
  const [{ topic, envelope } = { topic: '', envelope: '' }] = vectors.envelopes;
  const good = bytes(envelope);
  expect(open(keys, { topic, direction: 0, payload: good }).ok).toBe(true);
  for (let bit = 0; bit < good.length * 8; bit++) {
    const payload = Buffer.from(good);
    payload[bit >> 3] = (payload[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(open(keys, { topic, direction: 0, payload }).ok, `bit ${bit}`).toBe(false);
  }
});

test('bytes that are no envelope are refused without a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
      expect(open(keys, { topic: 'unit/x/output', direction: 0, payload: Buffer.from(array) }).ok).toBe(false);
    }),
  );
});

test('every envelope has an IV of its own', () => {
  const message = { direction: 0, generation: 0, boot: 1, seq: 1, topic: 't', plaintext: Buffer.from('1') } as const;
  const ivs = Array.from({ length: 100 }, () => seal(keys, message).toString('hex', 10, 26));
  expect(new Set(ivs).size).toBe(100);
});

test('the caller’s buffers stay as they were', () => {
  const [{ topic, envelope } = { topic: '', envelope: '' }] = vectors.envelopes;
  const payload = bytes(envelope);
  open(keys, { topic, direction: 0, payload });
  expect(payload.toString('hex')).toBe(envelope);
});

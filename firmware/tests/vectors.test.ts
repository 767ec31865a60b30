import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import vectors from '../vectors.json' with { type: 'json' };
import { type Board, createBoard } from './board/board.ts';
import { loadedFlash } from './board/files.ts';

let board: Board;
beforeAll(async () => {
  const env = { UNIT_UUID: vectors.uuid, SYNC_ENCRYPT_KEY: vectors.syncKey, SECRET_KEY: vectors.secretKey };
  board = createBoard(loadedFlash('', { ...env, MQTT_HOST: '127.0.0.1', MQTT_PORT: 1 }));
  await board.start(definitions);
  board.pause();
});
afterAll(() => board.stop());

/** Bytes come and go as hex; an error as its text. */
const definitions = `
from binascii import hexlify, unhexlify

def _attempt(run, *args):
    try:
        return run(*args)
    except ValueError as error:
        return str(error)

def _opened(topic, data, direction):
    from croft import env, envelope
    generation, boot, seq, text = envelope.unseal(env.keys, topic.encode(), bytearray(unhexlify(data)), direction)
    return [generation, boot, seq, text.decode()]

def _sealed(topic, text, flags, boot, seq, iv):
    from croft import env, envelope
    return hexlify(envelope.seal(env.keys, topic.encode(), text.encode(), flags, boot, seq, unhexlify(iv))).decode()

def _counted(words, boot, n):
    from croft import env, proof
    return proof.counted(env.secret, words, boot, n)

def _aead(key, iv, plaintext):
    from croft import envelope
    from cryptolib import aes
    key = unhexlify(key)
    padding = 16 - len(plaintext) // 2 % 16
    body = aes(key[16:], 2, unhexlify(iv)).encrypt(unhexlify(plaintext) + bytes([padding] * padding))
    return hexlify(body).decode()

def _tag(key, associated, rest):
    from croft import envelope, proof
    first, last = envelope.covered(unhexlify(associated), b"")
    return hexlify(proof.sign(proof.pads(unhexlify(key)[:16]), (first, unhexlify(rest), last))[:16]).decode()
`;

/** A call in Python with these arguments; JSON texts of strings and numbers are Python's too. */
const call = (name: string, ...args: (string | number)[]) =>
  board.evaluate(`_attempt(${[name, ...args.map((arg) => JSON.stringify(arg))].join(', ')})`);

test('RFC 7518 B.1', async () => {
  const { key, iv, plaintext, associated, ciphertext, tag } = vectors.aead;
  expect(await call('_aead', key, iv, plaintext)).toBe(ciphertext);
  expect(await call('_tag', key, associated, iv + ciphertext)).toBe(tag);
});

describe('envelopes', () => {
  test.each(vectors.envelopes)(
    '$name',
    async ({ topic, direction, generation, boot, seq, iv, plaintext, envelope }) => {
      const flags = generation * 2 + direction;
      expect(await call('_sealed', topic, plaintext, flags, boot, seq, iv)).toBe(envelope);
      expect(await call('_opened', topic, envelope, direction)).toEqual([generation % 128, boot, seq, plaintext]);
    },
  );

  test.each(vectors.refused)('refused: $name', async ({ topic, envelope, reason }) => {
    expect(await call('_opened', topic, envelope, 0)).toBe(reason);
  });
});

describe('proofs', () => {
  test.each(vectors.connect)('connect %j', async ({ boot, n, password }) => {
    expect(await call('_counted', `croft-connect|${vectors.uuid}`, boot, n)).toBe(password);
  });

  test.each(vectors.http)('$method $path', async ({ method, path, boot, n, proof }) => {
    expect(await call('_counted', `${method}|${path}`, boot, n)).toBe(proof);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { envelopeKeys, open, seal } from '../../server/mqtt/envelope.ts';
import { readSenml } from '../../server/mqtt/senml.ts';
import { eventually } from '../../server/testing/eventually.ts';
import vectors from '../vectors.json' with { type: 'json' };
import { type Board, createBoard } from './board/board.ts';
import { loadedFlash } from './board/files.ts';
import { isOnline, liveBoards } from './board/live-boards.ts';

const { overheardUnit } = liveBoards();
const keys = envelopeKeys(Buffer.from(vectors.syncKey, 'base64url'));
let board: Board;
beforeAll(async () => {
  const env = { UNIT_UUID: vectors.uuid, SYNC_ENCRYPT_KEY: vectors.syncKey, SECRET_KEY: vectors.secretKey };
  board = createBoard(loadedFlash('', { ...env, MQTT_HOST: '127.0.0.1', MQTT_PORT: 1 }));
  await board.start(definitions);
  board.pause();
});
afterAll(() => board.stop());

const definitions = `
import json
from binascii import hexlify, unhexlify

def _sealed(topic, text, boot, seq):
    from croft import env, envelope
    return hexlify(envelope.seal(env.keys, unhexlify(topic), unhexlify(text), 0, boot, seq)).decode()

def _opened(topic, data):
    from croft import env, envelope
    try:
        return hexlify(envelope.unseal(env.keys, unhexlify(topic), bytearray(unhexlify(data)))[3]).decode()
    except ValueError as error:
        return str(error)

def _pack(entries, world):
    from croft import clock, ring
    clock._offset = None
    clock.set(world)
    ring._entries[:] = [(name, clock.ms() - before, value) for name, before, value in entries]
    return ring.take()
`;

const hex = (text: string) => JSON.stringify(Buffer.from(text).toString('hex'));
const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const runs = { numRuns: 40 };

test('what the board seals opens at the instance, and the other way round', async () => {
  const property = fc.asyncProperty(text, text, u32, u32, async (topic, plaintext, boot, seq) => {
    const sealed = await board.evaluate(`_sealed(${hex(topic)}, ${hex(plaintext)}, ${boot}, ${seq})`);
    const opened = open(keys, { topic, direction: 0, payload: Buffer.from(String(sealed), 'hex') });
    expect(opened).toEqual({ ok: true, generation: 0, boot, seq, plaintext: Buffer.from(plaintext) });
    const message = { topic, direction: 1, generation: 3, boot, seq, plaintext: Buffer.from(plaintext) } as const;
    const answer = seal(keys, message).toString('hex');
    expect(await board.evaluate(`_opened(${hex(topic)}, "${answer}")`)).toBe(Buffer.from(plaintext).toString('hex'));
  });
  await fc.assert(property, runs);
});

test('an envelope with one bit turned does not open', async () => {
  const message = { topic: 't', direction: 1, generation: 3, boot: 1, seq: 1, plaintext: Buffer.from('21.5') } as const;
  const property = fc.asyncProperty(fc.nat(57 * 8 + 7), async (bit) => {
    const sealed = seal(keys, message);
    sealed[bit >> 3] = (sealed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const answer = await board.evaluate(`_opened(${hex('t')}, "${sealed.toString('hex')}")`);
    expect(['seal', 'profile', 'direction']).toContain(answer);
  });
  await fc.assert(property, runs);
});

const world = 1_795_286_400;
const value = fc.oneof(fc.integer({ min: -1e6, max: 1e6 }), fc.boolean(), text);
const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const entry = fc.tuple(name, fc.nat(3_000_000), value);

test('a pack says each value with the time at which it was read', async () => {
  const property = fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 8 }), async (entries) => {
    const oldestFirst = entries.toSorted(([, one], [, other]) => other - one);
    const taken = (await board.evaluate(`_pack(${python(oldestFirst)}, ${world})`)) as [string, string];
    expect(taken[0]).toBe('output');
    const pack = readSenml(JSON.parse(taken[1]), world * 1_000);
    const expected = oldestFirst.map(([name, before, value]) => ({ name, value, at: world * 1_000 - before }));
    expect(pack).toMatchObject({ ok: true, records: expected.map(({ name, value }) => ({ name, value })) });
    // The board's clock ticks on between the two lines that ask for it.
    for (const [index, record] of (pack.ok ? pack.records : []).entries())
      expect(Math.abs(record.at - (expected[index]?.at ?? 0))).toBeLessThan(500);
  });
  await fc.assert(property, runs);
});

/** JSON as Python has it; the strings are JSON's. */
const python = (entries: [string, number, number | boolean | string][]) =>
  `json.loads(${JSON.stringify(JSON.stringify(entries))})`;

test('bytes that are no MQTT end the connection, never the program', async () => {
  const { board: one, between } = await overheardUnit();
  const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 5 });
  // What waits for the rest of a packet is not kept waiting.
  const skipping = setInterval(() => one.advance(2_000), 5);
  for (const bytes of fc.sample(packets, { numRuns: 20, seed: 7 }).flat()) {
    between.sendBytes(Buffer.from(bytes));
    expect(await one.evaluate('1')).toBe(1);
  }
  const before = between.connects();
  between.sendBytes(Buffer.alloc(8, 0xff));
  await eventually(() => expect(between.connects()).toBeGreaterThan(before), 20_000);
  await eventually(async () => expect(await one.evaluate(isOnline)).toBe(true), 20_000);
  clearInterval(skipping);
});

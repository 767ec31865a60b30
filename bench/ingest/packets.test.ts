import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { generate, parser } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { envelopeKeys, open } from '../../server/mqtt/envelope.ts';
import { createPacketReader, sealTrain, valueFor } from './packets.ts';

const key = () => randomBytes(32).toString('base64url');
const device = { uuid: randomUUID(), token: 'token', syncKey: key(), secretKey: key() };

test('every packet of a train is a QoS 1 publish whose envelope opens, with the next number and its own value', () => {
  const train = sealTrain(device, { boot: 3, firstSeq: 41, count: 5 });
  const packets: { messageId?: number; payload?: unknown; qos?: number; topic?: string }[] = [];
  const read = parser();
  read.on('packet', (packet) => packets.push(packet as (typeof packets)[number]));
  read.parse(train.bytes);

  expect(packets.map(({ messageId, qos }) => [messageId, qos])).toEqual([1, 2, 3, 4, 5].map((id) => [id, 1]));
  const keys = envelopeKeys(Buffer.from(device.syncKey, 'base64url'));
  const opened = packets.map(({ topic = '', payload }) =>
    open(keys, { topic, direction: 0, payload: payload as Buffer }),
  );
  expect(opened.map((one) => one.ok && [one.boot, one.seq, Number(one.plaintext)])).toEqual(
    [41, 42, 43, 44, 45].map((seq) => [3, seq, valueFor(3, seq)]),
  );
});

test('packets come out the same however the stream is cut', () => {
  const packet = fc.oneof(
    fc
      .integer({ min: 1, max: 65_535 })
      .map((messageId) => ({ expected: messageId, bytes: generate({ cmd: 'puback', messageId }) })),
    fc.uint8Array({ maxLength: 300 }).map((payload) => ({
      expected: payload.length,
      bytes: generate({ cmd: 'publish', topic: 'a', payload: Buffer.from(payload), qos: 0, dup: false, retain: false }),
    })),
  );
  fc.assert(
    fc.property(fc.array(packet), fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), (packets, cuts) => {
      const heard: number[] = [];
      const read = createPacketReader({
        puback: (id) => heard.push(id),
        other: ({ body }) => heard.push(body.length - 3),
      });
      const stream = Buffer.concat(packets.map(({ bytes }) => bytes));
      for (let at = 0, i = 0; at < stream.length; i++) {
        const end = at + (cuts[i % cuts.length] ?? 1);
        read(stream.subarray(at, end));
        at = end;
      }
      expect(heard).toEqual(packets.map(({ expected }) => expected));
    }),
  );
});

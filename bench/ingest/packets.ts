import { createHmac, randomBytes } from 'node:crypto';
import { generate } from 'mqtt-packet';
import { envelopeKeys, seal } from '../../server/mqtt/envelope.ts';
import type { DeviceKeys } from './fleet.ts';

/** Control packet types (MQTT 3.1.1 §2.2.1). */
export const packetType = { connack: 2, puback: 4, suback: 9 } as const;
/** Message ids are 1 … 65,535 (MQTT 3.1.1 §2.3.1). */
export const largestId = 65_535;
/** Room for the messages of one boot in the numbers that are sent as values; 9 digits in all, so that each fits one AES block. */
const messagesPerBoot = 10_000_000;

/** The value of a message: no other message of the same unit carries it. */
export const valueFor = (boot: number, seq: number): number => boot * messagesPerBoot + seq;

/** Packets of one device, one after the other and all of the same length: any run of them is one write. */
export type Train = { bytes: Buffer; packetBytes: number; count: number };

/** Sealed QoS 1 PUBLISH packets with the numbers `firstSeq` … of this boot, and message ids from 1. */
export function sealTrain(device: DeviceKeys, options: { boot: number; firstSeq: number; count: number }): Train {
  const { boot, firstSeq, count } = options;
  const keys = envelopeKeys(Buffer.from(device.syncKey, 'base64url'));
  const topic = `unit/${device.uuid}/output/value`;
  const ivs = randomBytes(16 * count);
  const packet = (index: number) => {
    const seq = firstSeq + index;
    const plaintext = Buffer.from(String(valueFor(boot, seq)));
    const iv = ivs.subarray(16 * index, 16 * index + 16);
    const payload = seal(keys, { direction: 0, generation: 1, boot, seq, topic, plaintext, iv });
    return generate({
      cmd: 'publish',
      topic,
      payload,
      qos: 1,
      messageId: (index % largestId) + 1,
      dup: false,
      retain: false,
    });
  };
  const packetBytes = packet(0).length;
  const bytes = Buffer.allocUnsafeSlow(packetBytes * count);
  for (let index = 0; index < count; index++) packet(index).copy(bytes, index * packetBytes);
  return { bytes, packetBytes, count };
}

/** CONNECT as a device proves itself (clean session, no keep-alive). */
export function connectPacket(device: DeviceKeys, boot: number): Buffer {
  const proof = createHmac('sha256', Buffer.from(device.secretKey, 'base64url'))
    .update(`croft-connect|${device.uuid}|${boot}|1`)
    .digest('base64url');
  return generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
    clientId: device.uuid,
    username: device.token,
    password: Buffer.from(`${boot}.1.${proof}`),
  });
}

/** SUBSCRIBE to what a device listens to: its inputs and the world state. */
export function subscribePacket({ uuid }: DeviceKeys): Buffer {
  const topics = [`unit/${uuid}/input/+`, `unit/${uuid}/world`];
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions: topics.map((topic) => ({ topic, qos: 1 })) });
}

type Packet = { type: number; body: Buffer };

/**
 * Splits a byte stream into packets, however it comes in pieces. PUBACKs, which are nearly all there is, come out as message ids;
 * `other` gets the rest: type and what follows the fixed header.
 */
export function createPacketReader(handlers: { puback: (id: number) => void; other: (packet: Packet) => void }) {
  let rest: Buffer | undefined;

  function take(bytes: Buffer, start: number): number | undefined {
    let length = 0;
    let at = start + 1;
    for (let shift = 0; ; shift += 7) {
      const digit = bytes[at++];
      if (digit === undefined) return undefined;
      length |= (digit & 127) << shift;
      if (digit < 128) break;
    }
    if (at + length > bytes.length) return undefined;
    const type = (bytes[start] ?? 0) >> 4;
    if (type === packetType.puback) handlers.puback(bytes.readUInt16BE(at));
    else handlers.other({ type, body: bytes.subarray(at, at + length) });
    return at + length;
  }

  return (chunk: Buffer): void => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      const next = take(bytes, at);
      if (next === undefined) break;
      at = next;
    }
    rest = at < bytes.length ? bytes.subarray(at) : undefined;
  };
}

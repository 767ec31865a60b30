import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import { envelopeKeys, open, seal } from '../../server/mqtt/envelope.ts';
import type { DeviceKeys } from '../ingest/fleet.ts';
import { connectPacket, createPacketReader, largestId, packetType } from '../ingest/packets.ts';

/** One end of a hop: a sealed device of an instance, or any client of a plain broker. Plain data: it goes to another process. */
export type End = { publishes: string } | { hears: string };
export type LineOptions = {
  port: number;
  end: End;
  /** Undefined: the broker asks nobody. */
  device: { keys: DeviceKeys; boot: number } | undefined;
};

/** A payload that came, as it came: it is opened after the clock has stopped. */
export type Arrival = { payload: Buffer; at: number };

export type Line = {
  /** @param id 1 … 65,535 */
  publish: (value: number, id: number) => void;
  onAcknowledged: (listener: (id: number) => void) => void;
  arrivals: Arrival[];
  /** The number in a payload that came. */
  read: (payload: Buffer) => number;
  close: () => void;
};

const answerWithin = 30_000;

/** Connects, and subscribes where it hears something. @throws when that is refused or not answered within 30 s */
export async function openLine({ port, end, device }: LineOptions, failed: (error: Error) => void): Promise<Line> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const code = codecOf(device);
  const { promise: settled, resolve, reject } = Promise.withResolvers<void>();
  const arrivals: Arrival[] = [];
  let acknowledged: (id: number) => void = () => undefined;
  let answers: Buffer[] = [];
  let now = 0;

  /** A PUBLISH with QoS 1 (MQTT 3.1.1 §3.3.2): topic, message id, payload. */
  function take(body: Buffer): void {
    const topicEnd = 2 + body.readUInt16BE(0);
    // The time of day comes to every device, with QoS 0.
    if (!('hears' in end) || body.toString('utf8', 2, topicEnd) !== end.hears) return;
    arrivals.push({ payload: body.subarray(topicEnd + 2), at: now });
    answers.push(Buffer.from([0x40, 2, body[topicEnd] ?? 0, body[topicEnd + 1] ?? 0]));
  }

  const read = createPacketReader({
    puback: (id) => acknowledged(id),
    other: ({ type, body }) => {
      if (type === publishType) take(body);
      else if (type === packetType.connack && body[1] !== 0) reject(new Error(`refused with code ${body[1]}`));
      else if (type === packetType.connack) 'hears' in end ? socket.write(subscribeTo(end.hears)) : resolve();
      else if (type === packetType.suback) resolve();
    },
  });
  socket.on('data', (chunk) => {
    now = performance.now();
    read(chunk);
    if (answers.length === 0) return;
    socket.write(Buffer.concat(answers));
    answers = [];
  });
  const lost = (error: Error) => [reject, failed].forEach((tell) => void tell(error));
  socket.on('error', lost).once('close', () => lost(new Error('the connection of a device was closed')));
  socket.once('connect', () => socket.write(device ? connectPacket(device.keys, device.boot) : plainConnect()));
  const timer = setTimeout(() => socket.destroy(new Error('not let in within 30 s')), answerWithin);
  await settled.finally(() => clearTimeout(timer));
  return {
    arrivals,
    read: (payload) => code.read('hears' in end ? end.hears : '', payload),
    onAcknowledged: (listener) => {
      acknowledged = listener;
    },
    publish: (value, messageId) => {
      const topic = 'publishes' in end ? end.publishes : '';
      const packet = {
        cmd: 'publish',
        topic,
        payload: code.write(topic, value),
        qos: 1,
        dup: false,
        retain: false,
      } as const;
      socket.write(generate({ ...packet, messageId: ((messageId - 1) % largestId) + 1 }));
    },
    close: () => void socket.removeAllListeners('close').destroy(),
  };
}

const publishType = 3;

const subscribeTo = (topic: string) => generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 1 }] });

let clients = 0;
function plainConnect(): Buffer {
  const clientId = `bench-${process.pid}-${++clients}`;
  return generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 0, clientId });
}

function codecOf(device: LineOptions['device']) {
  if (!device) {
    return {
      write: (_topic: string, value: number) => Buffer.from(String(value)),
      read: (_topic: string, payload: Buffer) => Number(payload.toString()),
    };
  }
  const keys = envelopeKeys(Buffer.from(device.keys.syncKey, 'base64url'));
  let seq = 0;
  return {
    write: (topic: string, value: number) => {
      const header = { direction: 0, generation: 1, boot: device.boot, seq: ++seq, topic } as const;
      return seal(keys, { ...header, plaintext: Buffer.from(String(value)) });
    },
    read: (topic: string, payload: Buffer) => {
      const opened = open(keys, { topic, direction: 1, payload });
      return opened.ok ? Number(opened.plaintext.toString()) : Number.NaN;
    },
  };
}

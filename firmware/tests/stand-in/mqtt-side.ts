import type { KeyObject } from 'node:crypto';
import type { Socket } from 'node:net';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { type EnvelopeKeys, open, seal } from '../../../server/mqtt/envelope.ts';
import { checkConnectPassword } from '../../../server/mqtt/proof.ts';

type Deps = { uuid: string; keys: EnvelopeKeys; secret: KeyObject; token: string; nextSeq: () => number };
type Heard = { topic: string; value: unknown };

/** The broker as one device sees it: greets it with the world's time and acknowledges everything. */
export function createMqttSide({ uuid, keys, secret, token, nextSeq }: Deps) {
  const heard: Heard[] = [];
  const base = `unit/${uuid}/`;
  let device: { socket: Socket; boot: number } | undefined;
  let isAnswering = true;
  let messageId = 0;
  let acknowledged = 0;
  let last: Buffer = Buffer.alloc(0);

  function send(rest: string, value: unknown): void {
    if (!device) throw new Error('no device is connected');
    const topic = base + rest;
    const plaintext = Buffer.from(JSON.stringify(value));
    last = seal(keys, { topic, direction: 1, generation: 1, boot: device.boot, seq: nextSeq(), plaintext });
    sendRaw(rest, last);
  }

  function sendRaw(rest: string, payload: Buffer): void {
    const packet: IPublishPacket = { cmd: 'publish', topic: base + rest, payload, qos: 1, dup: false, retain: false };
    device?.socket.write(generate({ ...packet, messageId: ++messageId }));
  }

  function greet(socket: Socket, packet: Extract<Packet, { cmd: 'connect' }>): void {
    const proof = checkConnectPassword(secret, uuid, String(packet.password));
    const isRight = packet.username === token && packet.clientId === uuid && proof;
    socket.write(generate({ cmd: 'connack', returnCode: isRight ? 0 : 4, sessionPresent: false }));
    if (isRight) device = { socket, boot: proof.boot };
    else socket.end();
  }

  function take(packet: IPublishPacket): void {
    const rest = packet.topic.slice(base.length);
    if (rest === 'status') heard.push({ topic: rest, value: String(packet.payload) });
    else {
      const opened = open(keys, { topic: packet.topic, direction: 0, payload: packet.payload as Buffer });
      if (!opened.ok) throw new Error(`an envelope of the device does not open: ${opened.reason}`);
      heard.push({ topic: rest, value: JSON.parse(opened.plaintext.toString()) });
    }
    device?.socket.write(generate({ cmd: 'puback', messageId: packet.messageId }));
  }

  function hear(socket: Socket, packet: Packet): void {
    if (!isAnswering) return;
    if (packet.cmd === 'connect') greet(socket, packet);
    else if (packet.cmd === 'publish') take(packet);
    else if (packet.cmd === 'puback') acknowledged++;
    else if (packet.cmd === 'pingreq') socket.write(generate({ cmd: 'pingresp' }));
    else if (packet.cmd === 'subscribe') {
      socket.write(generate({ cmd: 'suback', messageId: packet.messageId, granted: [1, 1, 1, 1] }));
      send('world', { time: Math.floor(Date.now() / 1000) });
    }
  }

  return {
    heard,
    heardOn: (topic: string) => heard.filter((one) => one.topic === topic).map(({ value }) => value),
    isConnected: () => device?.socket.destroyed === false,
    send,
    sendRaw,
    sendBytes: (bytes: Buffer): void => void device?.socket.write(bytes),
    /** The envelope of the last `send`. */
    lastSealed: () => last,
    /** How many of the messages sent were acknowledged; each connect adds one, the world's time. */
    acknowledged: () => acknowledged,
    command: (id: string, command: string, args: unknown = {}) => send('command', { id, command, args }),
    setAnswering: (value: boolean): void => {
      isAnswering = value;
    },
    serve: (socket: Socket): void => {
      const incoming = parser();
      incoming.on('packet', (packet) => hear(socket, packet));
      socket.on('data', (bytes) => void incoming.parse(bytes));
      socket.on('error', () => undefined);
    },
    close: () => device?.socket.destroy(),
  };
}

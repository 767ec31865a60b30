import { createSecretKey } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import { envelopeKeys, seal } from '../mqtt/envelope.ts';
import { connectPassword } from '../mqtt/proof.ts';
import type { Env } from './device.ts';

type Options = {
  /** Where the instance is now; undefined while it is nowhere. */
  port: () => number | undefined;
  outputs: readonly string[];
  /** What is sent again is sealed anew, as a device does that keeps values; otherwise the same bytes go again. */
  sealsAgain?: boolean;
};

type Message = { output: string; value: number; payload: Buffer; sent: number };

/**
 * A sealed device that counts: publishes 1, 2, 3 … to each of its outputs with QoS 1, and whatever happens connects again and
 * sends once more, in order, what was not acknowledged.
 */
export function stubbornDevice(env: Env, { port, outputs, sealsAgain = false }: Options) {
  const uuid = String(env.UNIT_UUID);
  const keys = envelopeKeys(Buffer.from(String(env.SYNC_ENCRYPT_KEY), 'base64url'));
  const secret = createSecretKey(Buffer.from(String(env.SECRET_KEY), 'base64url'));
  const pending = new Map<number, Message>();
  const counters = Object.fromEntries(outputs.map((output) => [output, 0]));
  /** By output: numbers acknowledged, in the order of the acknowledgements, and those sent more than once. */
  const acknowledged: Record<string, number[]> = Object.fromEntries(outputs.map((output) => [output, []]));
  const resent: Record<string, Set<number>> = Object.fromEntries(outputs.map((output) => [output, new Set<number>()]));
  let [connects, seq, messageId, turn] = [0, 0, 0, 0];
  let window = 8;
  let socket: Socket | undefined;
  let isStopped = false;
  let retry: NodeJS.Timeout | undefined;

  const topicOf = (output: string) => `unit/${uuid}/output/${output}`;

  function sealed(output: string, value: number): Buffer {
    const header = { direction: 0, generation: 1, boot: 1, seq: ++seq, topic: topicOf(output) } as const;
    return seal(keys, { ...header, plaintext: Buffer.from(String(value)) });
  }

  function open(): void {
    const target = port();
    if (isStopped) return;
    if (target === undefined) return later();
    socket = connect({ port: target, host: '127.0.0.1', noDelay: true });
    const incoming = parser();
    incoming.on('packet', take);
    socket.on('data', (bytes) => void incoming.parse(bytes));
    socket.on('error', () => undefined);
    socket.once('close', later);
    socket.once('connect', () => {
      const password = Buffer.from(connectPassword(secret, uuid, 1, ++connects));
      const username = String(env.PEPEUNIT_TOKEN);
      const hello = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: true } as const;
      socket?.write(generate({ ...hello, clientId: uuid, keepalive: 0, username, password }));
    });
  }

  function later(): void {
    socket = undefined;
    if (!isStopped) retry = setTimeout(open, 20);
  }

  function take(packet: Packet): void {
    if (packet.cmd === 'connack' && packet.returnCode !== 0) return void socket?.destroy();
    if (packet.cmd === 'connack') return sendAgain();
    if (packet.cmd !== 'puback') return;
    const message = pending.get(packet.messageId ?? 0);
    if (!message) return;
    pending.delete(packet.messageId ?? 0);
    acknowledged[message.output]?.push(message.value);
    fill();
  }

  function sendAgain(): void {
    const waiting = [...pending.values()];
    pending.clear();
    for (const message of waiting) {
      if (sealsAgain) message.payload = sealed(message.output, message.value);
      resent[message.output]?.add(message.value);
      send(message);
    }
    fill();
  }

  function fill(): void {
    while (pending.size < window) {
      const output = outputs[turn++ % outputs.length] ?? '';
      const value = (counters[output] ?? 0) + 1;
      counters[output] = value;
      send({ output, value, payload: sealed(output, value), sent: 0 });
    }
  }

  function send(message: Message): void {
    messageId = (messageId % 65_535) + 1;
    pending.set(messageId, message);
    const packet: IPublishPacket = {
      ...{ cmd: 'publish', topic: topicOf(message.output), payload: message.payload },
      ...{ qos: 1, messageId, dup: false, retain: false },
    };
    socket?.write(generate(packet));
  }

  open();
  return {
    acknowledged,
    resent,
    connects: () => connects,
    /** How many values were acknowledged so far. */
    count: () => Object.values(acknowledged).reduce((sum, numbers) => sum + numbers.length, 0),
    /** How many messages are on their way at a time, 8 at first; with 0 nothing new is sent. */
    setWindow: (wanted: number) => {
      window = wanted;
      if (socket && !socket.connecting) fill();
    },
    isIdle: () => pending.size === 0,
    stop: () => {
      isStopped = true;
      clearTimeout(retry);
      socket?.destroy();
    },
  };
}

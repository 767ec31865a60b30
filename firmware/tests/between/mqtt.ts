import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { generate, type Packet, parser } from 'mqtt-packet';
import { envelopeKeys, seal } from '../../../server/mqtt/envelope.ts';

type Env = { [name: string]: unknown };

/** Ids of messages that come from here: the instance counts its own from 1. */
const firstId = 40_000;

/**
 * Stands between a board and the instance's broker: passes everything on, and can say more than the instance would: sealed
 * with the keys of the unit and numbered after the instance's last one, or whatever bytes.
 */
export async function mqttBetween(instancePort: number, env: Env) {
  const keys = envelopeKeys(Buffer.from(String(env.SYNC_ENCRYPT_KEY), 'base64url'));
  const base = `unit/${env.UNIT_UUID}/`;
  const sockets = new Set<Socket>();
  let board: Socket | undefined;
  let messageId = firstId;
  let connects = 0;
  /** Of messages that came from here. */
  const acknowledged: number[] = [];
  let last = { boot: 0, seq: 0, generation: 0 };
  let lastSealed: Buffer = Buffer.alloc(0);

  function hearInstance(packet: Packet): void {
    if (packet.cmd !== 'publish') return;
    const payload = packet.payload as Buffer;
    last = { generation: (payload[1] ?? 0) >> 1, boot: payload.readUInt32BE(2), seq: payload.readUInt32BE(6) };
  }
  function hearBoard(packet: Packet): void {
    if (packet.cmd === 'connect') connects++;
    if (packet.cmd === 'puback' && (packet.messageId ?? 0) >= firstId) acknowledged.push(packet.messageId ?? 0);
  }

  function passOn(from: Socket, to: Socket, hear: (packet: Packet) => void): void {
    const heard = parser();
    heard.on('packet', hear);
    from.on('data', (bytes) => {
      heard.parse(bytes);
      to.write(bytes);
    });
    from.on('error', () => undefined).on('close', () => to.destroy());
    sockets.add(from);
  }

  const server = createServer({ noDelay: true }, (socket) => {
    const instance = connect({ port: instancePort, host: '127.0.0.1', noDelay: true });
    passOn(socket, instance, hearBoard);
    passOn(instance, socket, hearInstance);
    board = socket;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function sendRaw(rest: string, payload: Buffer): void {
    const packet = { cmd: 'publish', topic: base + rest, payload, qos: 1, dup: false, retain: false } as const;
    board?.write(generate({ ...packet, messageId: messageId++ }));
  }

  return {
    port: (server.address() as AddressInfo).port,
    connects: () => connects,
    acknowledged: () => acknowledged.length,
    /** The envelope of the last `send`. */
    lastSealed: () => lastSealed,
    sendRaw,
    send(rest: string, value: unknown): void {
      last = { ...last, seq: last.seq + 1 };
      const plaintext = Buffer.from(JSON.stringify(value));
      lastSealed = seal(keys, { ...last, topic: base + rest, direction: 1, plaintext });
      sendRaw(rest, lastSealed);
    },
    sendBytes: (bytes: Buffer): void => void board?.write(bytes),
    close: (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

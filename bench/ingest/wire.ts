import { connect, type Socket } from 'node:net';
import type { DeviceKeys } from './fleet.ts';
import { connectPacket, createPacketReader, packetType, subscribePacket } from './packets.ts';

const answerWithin = 30_000;

type Listener = {
  /** A PUBACK came. @param now performance.now() of the chunk it came in */
  acknowledged: (id: number, now: number) => void;
  /** After the last packet of a chunk. */
  chunkDone: () => void;
};

/** A device's connection: bytes out, message ids of PUBACKs in. Lean, because it shares the machine with what it measures. */
export type Wire = { send: (bytes: Buffer) => void; listen: (listener: Listener) => void };

type Options = {
  port: number;
  device: DeviceKeys;
  boot: number;
  isListening: boolean;
  /** A connection that was let in is lost. */
  failed: (error: Error) => void;
};

/** Connects a device, and subscribes when it listens. @throws when that is refused or not answered within 30 s */
export async function openWire({ port, device, boot, isListening, failed }: Options): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const { promise: settled, resolve, reject } = Promise.withResolvers<void>();
  let listener: Listener | undefined;
  let now = 0;
  const admitted = () => void (isListening ? socket.write(subscribePacket(device)) : resolve());
  const read = createPacketReader({
    puback: (id) => listener?.acknowledged(id, now),
    other: ({ type, body }) => {
      if (type === packetType.connack) body[1] === 0 ? admitted() : reject(new Error(`refused with code ${body[1]}`));
      if (type === packetType.suback) body.includes(0x80, 2) ? reject(new Error('may not subscribe')) : resolve();
    },
  });
  socket.on('data', (chunk) => {
    now = performance.now();
    read(chunk);
    listener?.chunkDone();
  });
  whenLost(socket, (error) => {
    reject(error);
    failed(error);
  });
  socket.once('connect', () => socket.write(connectPacket(device, boot)));
  const timer = setTimeout(() => socket.destroy(new Error('not let in within 30 s')), answerWithin);
  await settled.finally(() => clearTimeout(timer));
  return {
    send: (bytes) => void socket.write(bytes),
    listen: (given) => {
      listener = given;
    },
  };
}

function whenLost(socket: Socket, lost: (error: Error) => void): void {
  socket.on('error', lost);
  socket.once('close', () => lost(new Error('the connection of a device was closed')));
}

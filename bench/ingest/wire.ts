import { connect, type Socket } from 'node:net';
import type { DeviceKeys } from './fleet.ts';
import { connectPacket, createPacketReader } from './packets.ts';

const connackType = 2;
const answerWithin = 30_000;

/** A device's connection: bytes out, message ids of PUBACKs in. Lean, because it shares the machine with what it measures. */
export type Wire = {
  send: (bytes: Buffer) => void;
  /** `ids` is the number acknowledged by this chunk of the stream, after `acknowledged` was called for each. */
  listen: (listener: { acknowledged: (id: number, now: number) => void; chunkDone: () => void }) => void;
  close: () => void;
};

type Options = { port: number; device: DeviceKeys; boot: number; failed: (error: Error) => void };

/** Connects a device. @throws when CONNACK refuses or does not come; a connection lost later goes to `failed` */
export async function openWire({ port, device, boot, failed }: Options): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let listener: Parameters<Wire['listen']>[0] | undefined;
  let now = 0;
  const { promise: admitted, resolve, reject } = Promise.withResolvers<void>();
  const read = createPacketReader({
    puback: (id) => listener?.acknowledged(id, now),
    other: ({ type, body }) => {
      if (type === connackType) body[1] === 0 ? resolve() : reject(new Error(`CONNACK refused with code ${body[1]}`));
    },
  });
  socket.on('data', (chunk) => {
    now = performance.now();
    read(chunk);
    listener?.chunkDone();
  });
  const lost = (error?: Error) => {
    const why = error ?? new Error('the connection of a device was closed');
    reject(why);
    failed(why);
  };
  socket.once('error', lost);
  socket.once('close', () => lost());
  socket.once('connect', () => socket.write(connectPacket(device, boot)));
  await within(admitted, socket);
  return {
    send: (bytes) => void socket.write(bytes),
    listen: (given) => {
      listener = given;
    },
    close: () => {
      socket.off('error', lost).removeAllListeners('close').on('error', () => undefined).destroy();
    },
  };
}

async function within(admitted: Promise<void>, socket: Socket): Promise<void> {
  const timer = setTimeout(() => socket.destroy(new Error('no CONNACK within 30 s')), answerWithin);
  await admitted.finally(() => clearTimeout(timer));
}

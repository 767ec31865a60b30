import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { VirtualTime } from './virtual-time.ts';

/** `silent`: everything is swallowed both ways and nothing closes, as on a half-open link. */
export type Air = 'clear' | 'silent';

type Connection = { socket: Socket; heard: Buffer; hasEnded: boolean };

/** The sockets of a board, over real TCP. Answers are `ok <result>` or the name of an errno. */
export function createRadio(time: VirtualTime) {
  const connections = new Map<number, Connection>();
  const servers = new Map<number, { server: Server; visitors: Socket[] }>();
  let air: Air = 'clear';
  let last = 0;
  let changed = Promise.withResolvers<void>();

  function change(): void {
    changed.resolve();
    changed = Promise.withResolvers<void>();
  }

  /** What `look` finds, as soon as it is there; undefined after `timeout` ms. */
  async function within<T>(timeout: number, look: () => T | undefined): Promise<T | undefined> {
    const end = time.now() + (timeout < 0 ? 1e9 : timeout);
    for (;;) {
      const found = look();
      if (found !== undefined || time.now() >= end) return found;
      await Promise.race([changed.promise, time.sleep(end - time.now())]);
    }
  }

  function adopt(number: number, socket: Socket): Connection {
    const connection = { socket, heard: Buffer.alloc(0), hasEnded: false };
    connections.set(number, connection);
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      if (air === 'clear') connection.heard = Buffer.concat([connection.heard, bytes]);
      change();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (air === 'clear') connection.hasEnded = true;
      change();
    });
    return connection;
  }

  async function dial(number: number, host: string, port: number, timeout: number): Promise<string> {
    if (air === 'silent') {
      await time.sleep(timeout);
      return 'ETIMEDOUT';
    }
    const socket = connect({ host, port });
    const connection = adopt(number, socket);
    let isOpen = false;
    socket.once('connect', () => {
      isOpen = true;
      change();
    });
    const found = await within(timeout, () => (isOpen ? 'ok ' : connection.hasEnded ? 'ECONNREFUSED' : undefined));
    return found ?? 'ETIMEDOUT';
  }

  async function receive(number: number, size: number, timeout: number): Promise<string> {
    const connection = connections.get(number);
    if (!connection) return 'ENOTCONN';
    const found = await within(timeout, () => {
      const part = connection.heard.subarray(0, size);
      if (part.length === 0) return connection.hasEnded ? 'ok ' : undefined;
      connection.heard = connection.heard.subarray(part.length);
      return `ok ${part.toString('hex')}`;
    });
    return found ?? (timeout === 0 ? 'EAGAIN' : 'ETIMEDOUT');
  }

  function send(number: number, data: string): string {
    const connection = connections.get(number);
    if (!connection || connection.hasEnded) return 'ECONNRESET';
    if (air === 'clear') connection.socket.write(Buffer.from(data, 'hex'));
    return `ok ${data.length / 2}`;
  }

  async function listen(number: number): Promise<string> {
    const visitors: Socket[] = [];
    const server = createServer((socket) => {
      visitors.push(socket);
      change();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.set(number, { server, visitors });
    return 'ok ';
  }

  async function accept(number: number, timeout: number): Promise<string> {
    const visitor = await within(timeout, () => servers.get(number)?.visitors.shift());
    if (!visitor) return 'ETIMEDOUT';
    adopt(++last, visitor);
    return `ok ${last}`;
  }

  function close(number: number): void {
    connections.get(number)?.socket.end();
    connections.delete(number);
    servers.get(number)?.server.close();
    servers.delete(number);
  }

  return {
    open: () => ++last,
    dial,
    receive,
    send,
    listen,
    accept,
    close,
    /** Where the board listens, whatever port it asked for; undefined when it does not. */
    door: () => [...servers.values()].map(({ server }) => (server.address() as AddressInfo).port)[0],
    openSockets: () => connections.size,
    setAir: (value: Air): void => {
      air = value;
    },
    /** Every connection is cut, as by a router that restarts. */
    cut: (): void => {
      for (const { socket } of connections.values()) socket.destroy();
    },
    end: (): void => {
      for (const number of [...connections.keys(), ...servers.keys()]) close(number);
      change();
    },
  };
}

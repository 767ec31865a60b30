import { randomFillSync } from 'node:crypto';
import { generate } from 'mqtt-packet';
import type { LiveVariable } from '../directory/directory.ts';
import type { ValueEvent } from '../journal/journal.ts';
import { seal } from './envelope.ts';
import type { Sender } from './senders.ts';
import { commandTopic, inputTopic, throttledTopic, worldTopic } from './topics.ts';

/** The side of a device's socket that can be written to. */
export type Socket = {
  write(bytes: Buffer): boolean;
  cork(): void;
  uncork(): void;
  writableLength: number;
  writableCorked: number;
  destroy(): unknown;
};

/** One device connected over MQTT. */
export type Connection = {
  sender: Sender;
  socket: Socket;
  /** Boot and last number of what was sent sealed; `downEnd` is the last number reserved for this connection. */
  boot: number;
  downSeq: number;
  downEnd: number;
  /** Input names the device listens to; `+` is all. */
  subscribed: Set<string>;
  hearsCommands: boolean;
  /** The last commands sent since it began to listen: one that is given just then is not sent twice. */
  commandsSent: Set<string>;
  messageId: number;
  /** The time of the last value sent of each input, by its id. */
  sentAt: Map<number, number>;
  /** What to do when a message is acknowledged, by message id. */
  unacknowledged: Map<number, () => void>;
};

/** A value of an input with its time, epoch milliseconds. */
type Dated = Pick<ValueEvent, 'at' | 'value'>;

/** Bytes a device may leave unread before it is cut off: it gets the current values when it is back. */
const unreadLimit = 256 * 1024;
/** As many as may wait for one unit. */
const commandsKept = 50;
/** Sixteen random bytes cost 6 µs one by one, a fifth of a sealed message, and nearly nothing 256 at a time. */
const ivBytes = 16;
const ivsAtOnce = 256;

type Deps = {
  /** A value of an input went out to a device, and the device acknowledged it; `at` is the time of the value. */
  inputSent: (input: LiveVariable, at: number) => void;
  inputConfirmed: (unitUuid: string, input: LiveVariable, at: number) => void;
  /** A device acknowledged a command's arrival. */
  commandSent: (unitUuid: string, commandUuid: string) => void;
  now?: () => number;
};

/** The devices connected here, and what is sent to them. Knows nothing of the broker. */
export function createConnections({ inputSent, inputConfirmed, commandSent, now = Date.now }: Deps) {
  const byUnit = new Map<string, Set<Connection>>();
  const ivs = Buffer.alloc(ivBytes * ivsAtOnce);
  let ivsUsed = ivs.length;

  const of = (unitUuid: string): Iterable<Connection> => byUnit.get(unitUuid) ?? [];

  function add(connection: Connection): void {
    const { uuid } = connection.sender.unit;
    const known = byUnit.get(uuid);
    if (known) known.add(connection);
    else byUnit.set(uuid, new Set([connection]));
  }

  /** @returns whether it was the unit's last one: an old connection that closes late does not take the new one's place */
  function remove(connection: Connection): boolean {
    const { uuid } = connection.sender.unit;
    const known = byUnit.get(uuid);
    if (!known?.delete(connection) || known.size > 0) return false;
    return byUnit.delete(uuid);
  }

  /** Valid until the next call. */
  function nextIv(): Buffer {
    if (ivsUsed === ivs.length) {
      randomFillSync(ivs);
      ivsUsed = 0;
    }
    ivsUsed += ivBytes;
    return ivs.subarray(ivsUsed - ivBytes, ivsUsed);
  }

  function send(connection: Connection, topic: string, text: string, messageId?: number): void {
    const { sender, socket } = connection;
    if (socket.writableLength > unreadLimit || connection.downSeq >= connection.downEnd) return void socket.destroy();
    const payload = sender.unit.security === 'sealed' ? sealed(connection, topic, text, nextIv()) : Buffer.from(text);
    const qos = messageId === undefined ? 0 : 1;
    gather(socket);
    socket.write(generate({ cmd: 'publish', topic, payload, qos, messageId, dup: false, retain: false }));
  }

  /** With QoS 1; `acknowledged` is called at the PUBACK. */
  function sendSurely(connection: Connection, topic: string, text: string, acknowledged: () => void): void {
    connection.messageId = (connection.messageId % 65_535) + 1;
    connection.unacknowledged.set(connection.messageId, acknowledged);
    send(connection, topic, text, connection.messageId);
  }

  /** Of two values that met by both writers the older one may come last: it is not sent after the newer one. */
  function sendInput(connection: Connection, variable: LiveVariable, { at, value }: Dated): void {
    const { subscribed, sentAt, sender } = connection;
    if (!subscribed.has('+') && !subscribed.has(variable.name)) return;
    if (at < (sentAt.get(variable.id) ?? 0)) return;
    sentAt.set(variable.id, at);
    const { uuid } = sender.unit;
    const confirmed = () => inputConfirmed(uuid, variable, at);
    sendSurely(connection, inputTopic(uuid, variable.name), JSON.stringify(value), confirmed);
    inputSent(variable, at);
  }

  /** What a fresh subscription gets: the current value of these inputs. */
  function sendCurrent(connection: Connection, isMeant: (name: string) => boolean): void {
    for (const variable of connection.sender.unit.inputs.values()) {
      const { name, last, check } = variable;
      // Its type may have changed since the value was set.
      if (last && isMeant(name) && check(last.value) === undefined) sendInput(connection, variable, last);
    }
  }

  const sendWorld = (connection: Connection) =>
    send(connection, worldTopic(connection.sender.unit.uuid), JSON.stringify({ time: Math.floor(now() / 1000) }));

  return {
    add,
    remove,
    of,
    has: (unitUuid: string) => byUnit.has(unitUuid),
    all: () => [...byUnit.values()].flatMap((set) => [...set]),
    sendInput,
    sendCurrent,
    sendWorld,

    /** @param wait milliseconds that the oldest message held back has to wait */
    sendThrottled: (sender: Sender, wait: number) => {
      const text = JSON.stringify({ wait: Math.ceil(wait / 1000) });
      for (const connection of of(sender.unit.uuid)) send(connection, throttledTopic(sender.unit.uuid), text);
    },

    sendCommand: (unitUuid: string, command: { uuid: string; command: string; args: unknown }) => {
      const text = JSON.stringify({ id: command.uuid, command: command.command, args: command.args });
      for (const connection of of(unitUuid)) {
        if (!connection.hearsCommands || !isFirst(connection.commandsSent, command.uuid)) continue;
        sendSurely(connection, commandTopic(unitUuid), text, () => commandSent(unitUuid, command.uuid));
      }
    },

    acknowledge(connection: Connection, messageId: number): void {
      const acknowledged = connection.unacknowledged.get(messageId);
      connection.unacknowledged.delete(messageId);
      acknowledged?.();
    },
  };
}

export type Connections = ReturnType<typeof createConnections>;

/** Notes it, and forgets the oldest one past 50. @returns whether it was not there yet */
function isFirst(sent: Set<string>, uuid: string): boolean {
  if (sent.has(uuid)) return false;
  const [oldest = ''] = sent;
  if (sent.size >= commandsKept) sent.delete(oldest);
  sent.add(uuid);
  return true;
}

/** What one commit brings for a device leaves in one write: each costs as much as sealing the message. */
function gather(socket: Socket): void {
  if (socket.writableCorked > 0) return;
  socket.cork();
  process.nextTick(() => socket.uncork());
}

function sealed(connection: Connection, topic: string, text: string, iv: Buffer): Buffer {
  const { envelope, generation } = connection.sender.keys;
  connection.downSeq++;
  return seal(envelope, {
    direction: 1,
    generation,
    boot: connection.boot,
    seq: connection.downSeq,
    topic,
    iv,
    plaintext: Buffer.from(text),
  });
}

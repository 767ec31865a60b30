import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import type { Directory } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import { type Admission, type Attempt, downBlock } from './admission.ts';
import type { Connection, Connections } from './connections.ts';
import type { Rate } from './flow.ts';
import type { Ingest, Refusal } from './ingest.ts';
import { createNoPersistence } from './no-persistence.ts';
import { createRecheck } from './recheck.ts';
import { createSender, type Sender } from './senders.ts';
import { limitPacketSize } from './size-limit.ts';
import { maySubscribe } from './topics.ts';

type Deps = {
  host: string;
  port: number;
  tls: { port: number; certificateFile: string; keyFile: string } | undefined;
  rate: Rate;
  admit: (attempt: Attempt) => Promise<Admission>;
  ingest: Ingest;
  connections: Connections;
  directory: Directory;
  refuse: (refusal: Refusal) => Promise<void>;
  /** A device has begun to listen to commands. */
  commandsWanted: (unitUuid: string) => void;
  presenceChanged: (sender: Sender, isConnected: boolean) => void;
  log: Log;
};

const worldEvery = 60_000;

/** The MQTT 3.1.1 broker as a door: it routes nothing, what devices publish goes to `ingest` and is acknowledged when that says so. */
export function createMqttDoor(deps: Deps) {
  const { admit, ingest, connections, directory, refuse, log } = deps;
  const byClient = new WeakMap<object, Connection>();
  const senders = new Map<string, Sender>();
  const servers: Server[] = [];
  const recheck = createRecheck({ directory, connections, log });
  let world: NodeJS.Timeout | undefined;

  const broker = new Aedes({
    // 0 is no limit: the default of 100 queues in an array and falls from 41,000 to 17,000 messages/s; what is in flight is
    // bounded by the journal and by a socket being read again only when its last chunk is done.
    concurrency: 0,
    connectTimeout: 10_000,
    persistence: createNoPersistence(acknowledged),
    preConnect: (client, packet, callback) => {
      const connect = packet as { clean: boolean; clientId: string; username?: string };
      connect.clean = true;
      // A token unit may be connected twice (mosquitto_pub beside a device); ids never reach into another unit's.
      if (connect.username && connect.clientId !== connect.username && connect.username.length === 36) {
        connect.clientId = `${connect.username}/${connect.clientId || randomUUID()}`;
      }
      limitPacketSize(client);
      callback(null, true);
    },
    authenticate: (client, username, password, done) => {
      admit(attemptOf(client, username, password)).then((admission) => {
        if (admission.ok) prepare(client, admission);
        if (admission.ok) return done(null, true);
        done(Object.assign(new Error(admission.message), { returnCode: admission.returnCode }), false);
      }, log.error.bind(log));
    },
    authorizePublish: (client, packet, callback) => {
      const connection = client && byClient.get(client);
      // The will is published after the end of its connection, which is what tells that the device is offline.
      if (!connection || client.closed) return callback(null);
      if (packet.qos === 2) return refuseQos2(connection, packet.topic, callback);
      ingest.publish(connection.sender, packet.topic, packet.payload as Buffer, callback);
    },
    authorizeSubscribe: (client, subscription, callback) => {
      const connection = byClient.get(client);
      if (connection && maySubscribe(connection.sender.unit.uuid, subscription.topic)) {
        return callback(null, subscription);
      }
      if (connection) note(connection, 'foreign-subscription', subscription.topic, 'A unit hears its own topics only.');
      callback(null, null);
    },
  });
  broker.publish = (_packet: unknown, clientOrDone?: unknown, done?: () => void) =>
    (typeof clientOrDone === 'function' ? clientOrDone : done)?.();

  function note(connection: Connection, reason: string, topic: string, detail: string): void {
    const { id, uuid } = connection.sender.unit;
    refuse({ unitId: id, unitUuid: uuid, reason, topic, detail }).catch((error) => log.warn({ err: error }, 'refusal'));
  }

  function refuseQos2(connection: Connection, topic: string, callback: (error: Error) => void): void {
    note(connection, 'qos-2', topic, 'QoS 0 and 1 are understood; a QoS 1 acknowledgement means stored.');
    callback(new Error('QoS 2 is not understood'));
  }

  function prepare(client: Client, { unit, keys, counters, down }: Extract<Admission, { ok: true }>): void {
    const sender = createSender(unit, deps.rate, keys, counters);
    sender.flow = senders.get(unit.uuid)?.flow ?? sender.flow;
    senders.set(unit.uuid, sender);
    byClient.set(client, {
      sender,
      socket: client.conn,
      boot: down.boot,
      downSeq: down.seq,
      downEnd: down.seq + downBlock,
      subscribed: new Set(),
      hearsCommands: false,
      commandsSent: new Set(),
      messageId: 0,
      sentAt: new Map(),
      unacknowledged: new Map(),
    });
  }

  function acknowledged(client: object, messageId: number): void {
    const connection = byClient.get(client);
    if (connection) connections.acknowledge(connection, messageId);
  }

  broker.on('client', (client) => {
    const connection = byClient.get(client);
    if (!connection) return;
    connections.add(connection);
    connection.sender.unit.lastSeenAt = new Date();
    deps.presenceChanged(connection.sender, true);
    void recheck(connection.sender.unit.uuid);
  });
  broker.on('clientDisconnect', (client) => {
    const connection = byClient.get(client);
    if (connection && connections.remove(connection)) deps.presenceChanged(connection.sender, false);
  });
  broker.on('subscribe', (subscriptions, client) => {
    const connection = byClient.get(client);
    if (connection)
      welcome(
        connection,
        subscriptions.filter(isGranted).map(({ topic }) => topic),
      );
  });
  broker.on('unsubscribe', (topics, client) => {
    const connection = byClient.get(client);
    for (const topic of connection ? topics : []) {
      connection?.subscribed.delete(inputOf(topic) ?? '');
      if (connection && topic.endsWith('/command')) connection.hearsCommands = false;
    }
  });
  broker.on('clientError', (client, error) => log.debug({ err: error, client: client.id }, 'an MQTT connection ended'));
  broker.on('connectionError', (_client, error) => log.debug({ err: error }, 'an MQTT connection failed'));

  /** The current values right after SUBACK, before anything newer can be sent. */
  function welcome(connection: Connection, topics: string[]): void {
    const inputs = topics.map(inputOf).filter((name) => name !== undefined);
    for (const name of inputs) connection.subscribed.add(name);
    connections.sendCurrent(connection, (name) => inputs.includes('+') || inputs.includes(name));
    if (topics.some((topic) => topic.endsWith('/world'))) connections.sendWorld(connection);
    if (topics.some((topic) => topic.endsWith('/command'))) {
      connection.hearsCommands = true;
      connection.commandsSent.clear();
      deps.commandsWanted(connection.sender.unit.uuid);
    }
  }

  async function listen(server: Server, port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, deps.host, () => resolve(void server.off('error', reject)));
    });
    servers.push(server);
  }

  return {
    isConnected: connections.has,
    /** A byte stream that speaks MQTT (a WebSocket of `/mqtt`). */
    handle: (stream: Duplex) => void broker.handle(stream),
    /** The port listened on, of use when 0 was asked for. */
    port: () => portOf(servers[0]),
    tlsPort: () => portOf(servers[1]),

    start: async () => {
      await broker.listen();
      directory.onChange((uuid) => void recheck(uuid));
      // Without noDelay acknowledgements wait 40 ms at middle loads (Nagle against delayed ACK).
      await listen(
        createServer({ noDelay: true }, (socket: Socket) => void broker.handle(socket)),
        deps.port,
      );
      if (deps.tls) await listen(tlsServer(deps.tls, broker), deps.tls.port);
      world = setInterval(() => connections.all().forEach(connections.sendWorld), worldEvery).unref();
    },
    stop: async () => {
      clearInterval(world);
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      await new Promise<void>((resolve) => (broker.closed ? resolve() : broker.close(resolve)));
      await Promise.all(closed);
    },
  };
}

function tlsServer(tls: NonNullable<Deps['tls']>, broker: Aedes): Server {
  const credentials = { cert: readFileSync(tls.certificateFile), key: readFileSync(tls.keyFile) };
  return createTlsServer({ ...credentials, noDelay: true }, (socket) => void broker.handle(socket));
}

function attemptOf(client: Client, username: string | undefined, password: Buffer | undefined): Attempt {
  const { _will: will } = client as unknown as { _will?: { topic: string; payload: Buffer } };
  return {
    clientId: client.id,
    username: username ?? '',
    password: password?.toString('utf8') ?? '',
    will: will && { topic: will.topic, payload: will.payload.toString('utf8') },
    address: (client.conn as Socket).remoteAddress ?? client.req?.socket.remoteAddress ?? '',
  };
}

/** 128 is the return code of a refused filter (MQTT 3.1.1 §3.9.3), which aedes puts into the list. */
const isGranted = ({ qos }: { qos: number }) => qos !== 128;

/** `+` or a name for `unit/<uuid>/input/<name>`. */
const inputOf = (topic: string) => /^unit\/[^/]+\/input\/(.+)$/.exec(topic)?.[1];

function portOf(server: Server | undefined): number | undefined {
  const address = server?.address();
  return address && typeof address === 'object' ? address.port : undefined;
}

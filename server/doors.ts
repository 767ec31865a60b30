import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type Koa from 'koa';
import { sql } from 'kysely';
import packageJson from '../package.json' with { type: 'json' };
import type { Config } from './config.ts';
import type { Db } from './database/connection.ts';
import { OperatorError } from './errors.ts';
import { acceptWebSockets } from './mqtt/websocket.ts';

/**
 * The addresses of an instance, as people, browsers and devices see them. Ports that were asked for as 0 are known once the
 * doors are open.
 */
export function doorsOf(config: Config) {
  const ports = { http: config.httpPort, mqtt: config.mqttPort, mqtts: config.mqtts?.port };
  const localUrl = () => `http://localhost:${ports.http}`;
  const publicUrl = () => config.publicUrl ?? localUrl();
  const { hostname, protocol } = new URL(publicUrl());
  const isHttps = protocol === 'https:';
  const mqtt = () => ({
    host: hostname,
    port: ports.mqtt,
    tlsPort: ports.mqtts ?? null,
    webSocketUrl: `${publicUrl().replace(/^http/, 'ws')}/mqtt`,
  });
  return {
    publicUrl,
    localUrl,
    isHttps,
    /** Without a public URL people come by any name of this machine; their own origin is then compared with Host. */
    origins: config.publicUrl ? [config.publicUrl] : [],
    /** What stands in env.json. */
    device: {
      get url() {
        return publicUrl();
      },
      mqttHost: hostname,
      get mqttPort() {
        return ports.mqtt;
      },
      get mqttTlsPort() {
        return ports.mqtts;
      },
    },
    /** What the instance tells everybody about itself. */
    about: {
      name: 'Croft',
      version: packageJson.version,
      get publicUrl() {
        return publicUrl();
      },
      registration: config.registration,
      mqtt,
    },
    opened: (opened: { http: number; mqtt: number | undefined; mqtts: number | undefined }) => {
      ports.http = opened.http;
      ports.mqtt = opened.mqtt ?? ports.mqtt;
      ports.mqtts = opened.mqtts;
    },
  };
}

/** What is started with the instance and stopped with it. */
export type Part = { start?: () => unknown; stop?: () => unknown };

type HttpDoor = { app: Koa; config: Config; handleMqtt: (stream: Duplex) => void };

/** HTTP, and MQTT over WebSocket on the same port. */
export function createHttpDoor({ app, config, handleMqtt }: HttpDoor) {
  const server = createServer(app.callback());
  const webSockets = acceptWebSockets(server, handleMqtt);
  return {
    /** The port listened on, of use when 0 was asked for. */
    port: () => (server.address() as AddressInfo).port,
    start: () =>
      new Promise<void>((resolve, reject) => {
        const listening = () => resolve(void server.off('error', reject));
        server.once('error', reject).listen(config.httpPort, config.host, listening);
      }),
    /** Lets answers that are under way finish for a moment, then ends what is left. */
    stop: async () => {
      await webSockets.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 3_000).unref();
      await closed;
    },
  };
}

/** @throws OperatorError that says which port; any other error as it is */
export function portTaken(error: NodeJS.ErrnoException & { port?: number }): never {
  if (error.code === 'EADDRINUSE') {
    throw new OperatorError(
      `Port ${error.port} is in use. Stop what uses it, or set CROFT_HTTP_PORT or CROFT_MQTT_PORT to another.`,
    );
  }
  if (error.code === 'EACCES') throw new OperatorError(`Port ${error.port} needs more rights: choose one above 1023.`);
  throw error;
}

/** A database that is frozen does not answer at all (ms). */
const answerWithin = 2_000;

/** Why the database cannot be asked; undefined when it answers within 2 s. */
export async function unreachable(db: Db): Promise<string | undefined> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error(`silent for ${answerWithin / 1000} s`)), answerWithin);
  try {
    await Promise.race([sql`select 1`.execute(db), silence.promise]);
    return undefined;
  } catch (error) {
    return `the database does not answer: ${(error as Error).message}`;
  } finally {
    clearTimeout(timer);
  }
}

import { createSecretKey } from 'node:crypto';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { envelopeKeys, open, seal } from '../mqtt/envelope.ts';
import { connectPassword } from '../mqtt/proof.ts';

export type Env = { [name: string]: unknown };
export type Heard = { topic: string; value: unknown; at: number };

/** `generation`: of the keys in env.json, which a device learns from the first message of the instance. */
type Options = { boot?: number; n?: number; generation?: number; port: number; options?: IClientOptions; url?: string };

/** A device with the keys of its env.json, as its firmware would behave: an MQTT client over TCP that seals what it sends. */
export async function sealedDevice(env: Env, { boot = 1, n = 1, generation = 1, port, options = {}, url }: Options) {
  const uuid = String(env.UNIT_UUID);
  const keys = envelopeKeys(Buffer.from(String(env.SYNC_ENCRYPT_KEY), 'base64url'));
  const secret = createSecretKey(Buffer.from(String(env.SECRET_KEY), 'base64url'));
  let seq = 0;
  const client = await connect(url ?? `mqtt://127.0.0.1:${port}`, {
    clientId: uuid,
    username: String(env.PEPEUNIT_TOKEN),
    password: connectPassword(secret, uuid, boot, n),
    will: { topic: `unit/${uuid}/status`, payload: Buffer.from('offline'), qos: 1, retain: true },
    ...options,
  });
  const read = (topic: string, payload: Buffer): unknown => {
    const opened = open(keys, { topic, direction: 1, payload });
    if (!opened.ok) throw new Error(`an envelope from the instance does not open: ${opened.reason}`);
    return JSON.parse(opened.plaintext.toString());
  };
  const sealFor = (topic: string, value: unknown, number = ++seq) =>
    seal(keys, {
      ...{ topic, direction: 0, generation, boot, seq: number },
      plaintext: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    });
  return {
    ...deviceOf(client, uuid, read, sealFor),
    sealFor,
    keys,
  };
}

/** Any MQTT client with the token of a unit of security level `token`. */
export async function tokenDevice(env: Env, { port, options = {}, url }: Options) {
  const uuid = String(env.UNIT_UUID);
  const client = await connect(url ?? `mqtt://127.0.0.1:${port}`, {
    username: uuid,
    password: String(env.MQTT_PASSWORD),
    ...options,
  });
  const encode = (_topic: string, value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  return deviceOf(client, uuid, (_topic, payload) => JSON.parse(payload.toString()), encode);
}

async function connect(url: string, options: IClientOptions): Promise<MqttClient> {
  return mqtt.connectAsync(url, {
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: 10_000,
    ...options,
  });
}

type Read = (topic: string, payload: Buffer) => unknown;
type Encode = (topic: string, value: unknown) => Buffer;

function deviceOf(client: MqttClient, uuid: string, read: Read, encode: Encode) {
  const heard: Heard[] = [];
  client.on('message', (topic, payload) => heard.push({ topic, value: read(topic, payload), at: Date.now() }));
  client.on('error', () => undefined);
  const topic = (rest: string) => `unit/${uuid}/${rest}`;
  return {
    client,
    uuid,
    heard,
    topic,
    /** Publishes with QoS 1; resolves at the PUBACK. A text is sent as it is, anything else as JSON. */
    publish: (rest: string, value: unknown) => client.publishAsync(topic(rest), encode(topic(rest), value), { qos: 1 }),
    publishRaw: (to: string, payload: Buffer, qos: 0 | 1 | 2 = 1) => client.publishAsync(to, payload, { qos }),
    subscribe: (...rest: string[]) => client.subscribeAsync(rest.map(topic), { qos: 1 }),
    heardOn: (rest: string) => heard.filter((one) => one.topic === topic(rest)).map(({ value }) => value),
    isClosed: () => !client.connected,
    close: () => client.endAsync(true),
  };
}

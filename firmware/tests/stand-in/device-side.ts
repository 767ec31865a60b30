import { createHash, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { envelopeKeys, seal } from '../../../server/mqtt/envelope.ts';
import { checkHttpProof } from '../../../server/mqtt/proof.ts';
import { createMqttSide } from './mqtt-side.ts';

/**
 * What an instance does for one device as DEVICE describes it, where the real one cannot yet: commands with receipts, and
 * the program and env.json over HTTP. It checks proofs and envelopes with the instance's own code.
 */
export async function deviceSide() {
  const uuid = randomUUID();
  const syncKey = randomBytes(32);
  const secretKey = randomBytes(32);
  const keys = envelopeKeys(syncKey);
  const secret = createSecretKey(secretKey);
  const token = `token-${randomUUID()}`;
  const state = {
    files: new Map<string, Uint8Array>(),
    version: '2',
    env: {} as Record<string, unknown>,
    /** Called with what is about to be sent over HTTP; what it returns is sent. */
    spoil: (_path: string, sealed: Buffer): Buffer => sealed,
    /** Requests that were let in. */
    asked: [] as string[],
    refused: [] as string[],
  };
  let last = { boot: 0, n: 0 };
  let seq = 0;
  const mqtt = createMqttSide({ uuid, keys, secret, token, nextSeq: () => ++seq });

  function manifest(): string {
    const files = [...state.files].map(([path, bytes]) => ({
      path,
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    }));
    return JSON.stringify({ version: state.version, files });
  }

  function answerTo(path: string): Buffer | undefined {
    if (path === '/api/device/firmware') return Buffer.from(manifest());
    if (path === '/api/device/env') return Buffer.from(JSON.stringify(state.env));
    const file = state.files.get(path.replace('/api/device/files/', ''));
    return file && Buffer.from(file);
  }

  const http = createHttpServer((request, response) => {
    const path = request.url ?? '';
    const proof = checkHttpProof(secret, request.method ?? '', path, String(request.headers['croft-proof']));
    const isNewer = proof && (proof.boot > last.boot || (proof.boot === last.boot && proof.n > last.n));
    const answer = answerTo(path);
    if (request.headers.authorization !== `Unit ${token}` || !isNewer || !answer) {
      state.refused.push(path);
      return void response.writeHead(answer ? 401 : 404).end();
    }
    last = proof;
    state.asked.push(path);
    const header = { topic: `http:${path}`, direction: 1, generation: 1, boot: proof.boot, seq: ++seq } as const;
    const body = state.spoil(path, seal(keys, { ...header, plaintext: answer }));
    response.writeHead(200, { 'Content-Length': body.length }).end(body);
  });
  const broker = createServer({ noDelay: true }, mqtt.serve);
  const [httpPort, mqttPort] = await Promise.all([listen(http), listen(broker)]);

  return {
    state,
    mqtt,
    env: {
      PEPEUNIT_URL: `http://127.0.0.1:${httpPort}`,
      PEPEUNIT_TOKEN: token,
      SYNC_ENCRYPT_KEY: syncKey.toString('base64url'),
      SECRET_KEY: secretKey.toString('base64url'),
      UNIT_UUID: uuid,
      MQTT_HOST: '127.0.0.1',
      MQTT_PORT: mqttPort,
      MQTT_TLS: false,
    },
    close: () => {
      mqtt.close();
      http.closeAllConnections();
      http.close();
      broker.close();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

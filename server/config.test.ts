import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { OperatorError } from './errors.ts';

const textOf = (name: string) => readFile(new URL(`../${name}`, import.meta.url), 'utf8');

function refusal(env: Record<string, string>): OperatorError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('the configuration was taken');
}

describe('nothing set', () => {
  test('is an instance for this machine alone, with an embedded database and invitations', () => {
    expect(readConfig({})).toMatchObject({
      publicUrl: undefined,
      host: '127.0.0.1',
      httpPort: 8080,
      mqttPort: 1883,
      mqtts: undefined,
      dataDir: resolve('data'),
      databaseUrl: undefined,
      secretKey: undefined,
      registration: 'invite',
      unitRate: { perSecond: 20, perMinute: 600 },
      payloadLimit: 16_384,
      outgoingAllow: [],
      trustedProxies: 0,
      logLevel: 'info',
    });
  });

  test('is also what empty variables mean', () => {
    const empty = { CROFT_PUBLIC_URL: '', CROFT_HTTP_PORT: '', DATABASE_URL: '', CROFT_SECRET_KEY: '', LOG_LEVEL: '' };
    expect(readConfig(empty)).toEqual(readConfig({}));
  });
});

describe('what is set', () => {
  test('with a public URL opens the doors to the network, unless the host says otherwise', () => {
    expect(readConfig({ CROFT_PUBLIC_URL: 'https://croft.example/' })).toMatchObject({
      publicUrl: 'https://croft.example',
      host: '0.0.0.0',
    });
    expect(readConfig({ CROFT_PUBLIC_URL: 'https://croft.example', CROFT_HOST: '127.0.0.1' }).host).toBe('127.0.0.1');
  });

  test('turns TLS on for MQTT when certificate and key are there', () => {
    const file = fileURLToPath(import.meta.url);
    const both = { CROFT_TLS_CERT: file, CROFT_TLS_KEY: file };
    expect(readConfig(both).mqtts).toEqual({ port: 8883, certificateFile: file, keyFile: file });
    expect(readConfig({ ...both, CROFT_MQTTS_PORT: '9883' }).mqtts?.port).toBe(9883);
  });

  test('of the own network may be reached by requests that go out', () => {
    const { outgoingAllow } = readConfig({ CROFT_OUTGOING_ALLOW: 'git.home, 192.168.1.5,fd00::/8 ,' });
    expect(outgoingAllow).toEqual(['git.home', '192.168.1.5', 'fd00::/8']);
  });

  test('cannot be changed later', () => {
    const config = readConfig({});
    expect(() => Object.assign(config, { httpPort: 1 })).toThrow(TypeError);
  });
});

describe('what cannot be used', () => {
  test.each([
    ['CROFT_PUBLIC_URL', 'croft.example'],
    ['CROFT_PUBLIC_URL', 'https://croft.example/path'],
    ['CROFT_PUBLIC_URL', 'ftp://croft.example'],
    ['CROFT_HTTP_PORT', '65536'],
    ['CROFT_HTTP_PORT', '80.5'],
    ['CROFT_MQTT_PORT', 'mqtt'],
    ['DATABASE_URL', 'mysql://localhost/croft'],
    ['CROFT_SECRET_KEY', 'too short'],
    ['CROFT_REGISTRATION', 'maybe'],
    ['CROFT_METRICS_TOKEN', 'short'],
    ['CROFT_RETENTION_DAYS', '0'],
    ['CROFT_UNIT_RATE_PER_SECOND', '-1'],
    ['CROFT_PAYLOAD_LIMIT', '65537'],
    ['CROFT_OUTGOING_ALLOW', '10.0.0.0/8, https://git.example'],
    ['CROFT_OUTGOING_ALLOW', '10.0.0.0/33'],
    ['CROFT_TRUSTED_PROXIES', 'yes'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s ends the program with exit code 2 and its name', (name, value) => {
    const error = refusal({ [name]: value });
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(`  ${name}: `);
  });

  test('is all said at once, contradictions too', () => {
    const missing = join(tmpdir(), 'there-is-no-such-file.pem');
    const { message } = refusal({
      CROFT_HTTP_PORT: 'http',
      CROFT_REGISTRATION: 'maybe',
      LOG_LEVEL: 'loud',
      CROFT_TLS_CERT: missing,
    });
    for (const name of ['CROFT_HTTP_PORT', 'CROFT_REGISTRATION', 'LOG_LEVEL', 'CROFT_TLS_CERT, CROFT_TLS_KEY']) {
      expect(message).toContain(`  ${name}: `);
    }
    expect(message).toContain(`there is no file ${missing}`);
  });

  test('is said without the value of a secret', () => {
    const secret = 'a-secret-of-the-wrong-length';
    const password = 'hunter2-in-a-wrong-url';
    expect(refusal({ CROFT_SECRET_KEY: secret }).message).not.toContain(secret);
    expect(refusal({ DATABASE_URL: `mysql://croft:${password}@localhost/` }).message).not.toContain(password);
  });
});

test.each([
  ['README.md', ['server/config.ts']],
  ['.env.example', ['server/config.ts', 'compose.yaml']],
])('%s names every variable there is, and no other', async (name, sources) => {
  const variables = (text: string) => text.match(/\b(CROFT_[A-Z_]+[A-Z]|DATABASE_URL|LOG_LEVEL)\b/g) ?? [];
  const known = new Set((await Promise.all(sources.map(textOf))).flatMap(variables));
  expect(new Set(variables(await textOf(name)))).toEqual(known);
});

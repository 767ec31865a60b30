import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Example } from '../documents/documents.ts';
import { AppError } from '../errors.ts';
import { fittingSettings, makeEnv, readSettings } from './env.ts';

const uuid = '0192f0c4-7b1e-7c3a-9d2e-5f6a7b8c9d0e';
const keys = { syncKey: 'sync', secretKey: 'secret', token: 'short', pepeunitToken: 'a.b.c' };
const endpoints = { url: 'https://croft.example', mqttHost: 'croft.example', mqttPort: 1883, mqttTlsPort: undefined };
const sealed = { uuid, security: 'sealed', keys, endpoints } as const;
const plain = { ...sealed, security: 'token' } as const;
const connection = {
  PEPEUNIT_URL: 'https://croft.example',
  UNIT_UUID: uuid,
  MQTT_HOST: 'croft.example',
  MQTT_PORT: 1883,
  MQTT_TLS: false,
};

function issuesOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (error instanceof AppError) return { status: error.status, issues: error.issues };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('env.json', () => {
  test('always holds what is needed to connect', () => {
    expect(makeEnv(sealed, {}, {})).toEqual({
      ...connection,
      PEPEUNIT_TOKEN: 'a.b.c',
      SYNC_ENCRYPT_KEY: 'sync',
      SECRET_KEY: 'secret',
    });
    expect(makeEnv(plain, {}, {})).toEqual({ ...connection, MQTT_USER: uuid, MQTT_PASSWORD: 'short' });
  });

  test('names the listener with TLS where there is one, but not to what is sealed already', () => {
    const withTls = { endpoints: { ...endpoints, mqttTlsPort: 8883 } };
    expect(makeEnv({ ...plain, ...withTls }, {}, {})).toMatchObject({ MQTT_PORT: 8883, MQTT_TLS: true });
    expect(makeEnv({ ...sealed, ...withTls }, {}, {})).toMatchObject({ MQTT_PORT: 1883, MQTT_TLS: false });
  });

  test('fills in what else is asked for, and leaves the network of the house empty', () => {
    const asked = { WIFI_SSID: 'my network', WIFI_PASS: 'my password', SECRET_KEY: '?', PEPEUNIT_TOKEN: '?' };
    const filled = { WIFI_SSID: '', WIFI_PASS: '', SECRET_KEY: 'secret', PEPEUNIT_TOKEN: 'a.b.c' };
    expect(makeEnv(plain, asked, {})).toMatchObject(filled);
  });

  test('tells no password of the security level token to a sealed unit', () => {
    expect(makeEnv(sealed, { MQTT_PASSWORD: 'x' }, {})).toMatchObject({ MQTT_PASSWORD: '' });
  });

  test('takes own values from the settings, else from the example, in the order of the example', () => {
    const example = { PIN: 4, UNIT_UUID: '', NAME: 'a board', FAST: false };
    const env = makeEnv(sealed, example, { FAST: true, NAME: 'mine' });
    expect(Object.keys(env).slice(0, 4)).toEqual(['PIN', 'UNIT_UUID', 'NAME', 'FAST']);
    expect(env).toMatchObject({ PIN: 4, UNIT_UUID: uuid, NAME: 'mine', FAST: true });
  });

  test('ignores settings that no longer fit an example that was changed', () => {
    expect(fittingSettings({ A: 1, B: 'b' }, { A: 'one', B: 'two', C: 3, UNIT_UUID: 'other' })).toEqual({ B: 'two' });
  });
});

describe('settings', () => {
  const example = { PIN: 4, NAME: 'a board', FAST: false, UNIT_UUID: '', WIFI_PASS: '' };

  test('that fit are taken', () => {
    expect(readSettings(example, { PIN: 5, NAME: '', FAST: true })).toEqual({ PIN: 5, NAME: '', FAST: true });
    expect(readSettings(example, {})).toEqual({});
  });

  test('are refused by their paths, all at once', () => {
    const input = { PIN: '5', 'no/such': 1, UNIT_UUID: 'x', WIFI_PASS: 'hunter2', toString: 'x', FAST: [true] };
    const { status, issues } = issuesOf(() => readSettings(example, input));
    expect(status).toBe(422);
    expect(issues?.map(({ path }) => path)).toEqual(['/toString', '/FAST']);
    const { toString: _, FAST: __, ...readable } = input;
    expect(issuesOf(() => readSettings(example, readable)).issues).toEqual([
      { path: '/PIN', message: 'a number is expected, as in json_example.json' },
      { path: '/no~1such', message: 'is not in json_example.json' },
      { path: '/UNIT_UUID', message: 'is filled in by the instance' },
      { path: '/WIFI_PASS', message: 'is filled in on your own computer, it never comes here' },
    ]);
  });

  test('that are taken stand in env.json, and no others change it', () => {
    const values = fc.dictionary(
      fc.constantFrom('PIN', 'NAME', 'FAST', 'UNIT_UUID', 'SECRET_KEY', 'OTHER', 'WIFI_PASS', 'constructor'),
      fc.oneof(fc.integer(), fc.string(), fc.boolean()),
    );
    fc.assert(
      fc.property(values, (given) => {
        const read = takenFrom(given);
        const settings = read ?? {};
        const env = makeEnv(sealed, example, settings);
        const unset = makeEnv(sealed, example, {});
        expect(env).toEqual({ ...unset, ...settings });
        if (read === undefined) expect(fittingSettings(example, given)).not.toEqual(given);
      }),
    );
  });

  function takenFrom(given: Record<string, unknown>): Example | undefined {
    try {
      return readSettings(example, given);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }
});

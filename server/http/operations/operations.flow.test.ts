import { Validator } from '@seriousme/openapi-schema-validator';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { api } from '../../contract.ts';
import { eventually } from '../../testing/eventually.ts';
import { type TestInstance, testInstance } from '../../testing/instance.ts';

let croft: TestInstance;
beforeAll(async () => {
  croft = await testInstance();
});
afterAll(() => croft.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, croft.url), { headers });

describe('an instance says', () => {
  test('what it is, and since when it has an administrator', async () => {
    const before = await croft.anonymous.call('GET /api/instance');
    expect(before).toMatchObject({ name: 'Croft', version: packageJson.version, setUp: false, registration: 'open' });
    expect(new URL(before.publicUrl).hostname).toBe('localhost');
    expect(before.mqtt).toMatchObject({ port: croft.mqttPort, tlsPort: null });
    expect(before.mqtt.webSocketUrl).toBe(`${croft.url.replace('http', 'ws')}/mqtt`);
    await croft.administrator();
    expect((await croft.anonymous.call('GET /api/instance')).setUp).toBe(true);
  });

  test('its routes, as valid OpenAPI 3.1', async () => {
    const document = (await (await get('/api/openapi.json')).json()) as { paths: Record<string, object> };
    const keys = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
    expect(keys).toHaveLength(Object.keys(api).length);
    expect(await new Validator().validate(document)).toEqual({ valid: true });
  });

  test('its routes on a page for people', async () => {
    const answer = await get('/api/docs');
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect((await answer.text()).match(/<section>/g)).toHaveLength(Object.keys(api).length);
  });
});

describe('metrics', () => {
  test('are for callers on this machine, and for none behind a proxy', async () => {
    const answer = await get('/metrics');
    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await answer.text()).toMatch(/^croft_journal_waiting 0$/m);
    expect((await get('/metrics', { 'X-Forwarded-For': '198.51.100.1' })).status).toBe(404);
    expect((await get('/metrics', { Forwarded: 'for=198.51.100.1' })).status).toBe(404);
  });

  test('with a token configured are for its bearer alone', async () => {
    const guarded = await testInstance({ env: { CROFT_METRICS_TOKEN: 'a-long-metrics-token' } });
    const status = async (headers: Record<string, string>) => {
      const answer = await fetch(new URL('/metrics', guarded.url), { headers });
      await answer.arrayBuffer();
      return answer.status;
    };
    expect(await status({})).toBe(404);
    expect(await status({ Authorization: 'Bearer a-long-metrics-tokem' })).toBe(404);
    expect(await status({ Authorization: 'Bearer a-long-metrics-token' })).toBe(200);
    await guarded.close();
  });
});

test('without its database an instance lives and is not ready, and is again when that is back', async () => {
  const server = inject('postgres');
  const name = croft.database.connection.database ?? '';
  const admin = new pg.Client({ ...server, database: 'postgres' });
  await admin.connect();
  expect(await (await get('/api/ready')).json()).toEqual({ status: 'ready' });

  await admin.query(`alter database ${name} with allow_connections false`);
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await eventually(async () => {
    const answer = await get('/api/ready');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await answer.json()).toMatchObject({ code: 'unavailable', title: expect.stringContaining('database') });
  });
  expect(await (await get('/api/health')).json()).toEqual({ status: 'ok' });

  await admin.query(`alter database ${name} with allow_connections true`);
  await admin.end();
  await eventually(async () => expect((await get('/api/ready')).status).toBe(200));
  await sql`select 1`.execute(croft.db);
});

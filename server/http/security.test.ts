import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ServedApp, servedApp } from '../testing/served-app.ts';
import { contract } from './contract.ts';
import { routes } from './router.ts';

const clock = contract({
  'GET /api/clock': { summary: 'The time', access: 'anyone', reply: z.object({ now: z.number() }) },
  'GET /api/health': { summary: 'The process lives', access: 'anyone', reply: z.object({ now: z.number() }) },
});
const table = routes(clock, { 'GET /api/clock': () => ({ now: 1 }), 'GET /api/health': () => ({ now: 1 }) });

let door: ServedApp;
let secure: ServedApp;
beforeAll(async () => {
  door = await servedApp([table]);
  secure = await servedApp([table], { isHttps: true });
});
afterAll(async () => {
  await door.close();
  await secure.close();
});

describe('headers', () => {
  test.each(['/api/clock', '/api/nothing', '/', '/units/1'])(
    'of %s let no foreign script run and no page frame it',
    async (path) => {
      const { headers } = await door.fetch(path);
      const policy = new Map(
        (headers.get('content-security-policy') ?? '').split(';').map((directive) => {
          const [name = '', ...sources] = directive.trim().split(' ');
          return [name, sources.join(' ')] as const;
        }),
      );
      expect(Object.fromEntries(policy)).toMatchObject({
        'default-src': "'self'",
        'script-src': "'self' 'wasm-unsafe-eval'",
        'connect-src': "'self'",
        'object-src': "'none'",
        'base-uri': "'none'",
        'form-action': "'self'",
        'frame-ancestors': "'none'",
      });
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('x-frame-options')?.toLowerCase()).toBe('deny');
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );

  test('ask for https for a year where the instance has it, and only there', async () => {
    expect((await secure.fetch('/api/clock')).headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect((await door.fetch('/api/clock')).headers.get('strict-transport-security')).toBeNull();
  });

  test('let pages under /embed/ stand in other sites’ pages', async () => {
    const { headers } = await door.fetch('/embed/1');
    expect(headers.get('content-security-policy')).toContain('frame-ancestors *');
    expect(headers.get('x-frame-options')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  });
});

/** Sends this many requests, some at a time. @returns how many answers had each status */
async function ask(times: number, headers: Record<string, string>, path = '/api/clock') {
  const counts: Record<number, number> = {};
  const worker = async (share: number) => {
    for (let n = 0; n < share; n++) {
      const answer = await door.fetch(path, { headers });
      await answer.arrayBuffer();
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 20 }, () => worker(times / 20)));
  return counts;
}

describe('rate limits', () => {
  test('let the anonymous of one address ask 600 times a minute, others are not hurt', async () => {
    const from = (address: string) => ({ 'X-Forwarded-For': address });
    expect(await ask(620, from('198.51.100.7'))).toEqual({ 200: 600, 429: 20 });
    const refused = await door.fetch('/api/clock', { headers: from('198.51.100.7') });
    const retryAfter = Number(refused.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await refused.json()).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(await ask(20, from('198.51.100.8'))).toEqual({ 200: 20 });
    expect(await ask(20, { ...from('198.51.100.7'), 'x-caller': 'session 1' })).toEqual({ 200: 20 });
  });

  test('count API tokens by user, wherever they call from', async () => {
    const caller = { 'x-caller': 'token 9' };
    const first = await ask(600, { ...caller, 'X-Forwarded-For': '198.51.100.9' });
    const second = await ask(620, { ...caller, 'X-Forwarded-For': '198.51.100.10' });
    expect([first, second]).toEqual([{ 200: 600 }, { 200: 600, 429: 20 }]);
  });

  test('never keep a supervisor from asking whether the process lives', async () => {
    expect(await ask(640, { 'X-Forwarded-For': '198.51.100.11' }, '/api/health')).toEqual({ 200: 640 });
  });
});

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestClient } from '../testing/client.ts';
import { type TestInstance, testInstance } from '../testing/instance.ts';
import { createPreviews } from './preview.ts';

const missing = '019f0000-0000-7000-8000-000000000000';

let croft: TestInstance;
let ada: TestClient;
beforeAll(async () => {
  croft = await testInstance({ env: { CROFT_PUBLIC_URL: 'https://croft.example', CROFT_HOST: '127.0.0.1' } });
  ada = await croft.user('ada');
});
afterAll(() => croft.close());

async function makeUnit(name: string, visibility: 'private' | 'local' | 'public') {
  const schema = {
    input_variables: { 'secret lamp': { type: 'boolean' } },
    output_variables: {
      temperature: { type: 'number', title: 'Air <b>temperature</b>', description: 'In the "shade" & dry' },
      humidity: { type: 'number' },
    },
  };
  const unit = await ada.call('POST /api/units', { body: { name, schema, visibility } });
  const idOf = (variable: string) => unit.variables.find((one) => one.name === variable)?.id ?? '';
  return { ...unit, idOf };
}

async function page(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(croft.url + path, { headers });
  expect(response.status).toBe(200);
  const html = await response.text();
  const contentOf = (name: string) =>
    new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)">`).exec(html)?.[1];
  return { html, title: /<title>(.*)<\/title>/.exec(html)?.[1], contentOf };
}

describe('the preview of a link', () => {
  test('to a public unit says what it is, for anyone, without what only its owner may know', async () => {
    const { id } = await makeUnit('Shed', 'public');
    const { html, title, contentOf } = await page(`/units/${id}`);
    expect(title).toBe('Shed by ada · Croft');
    expect(contentOf('og:title')).toBe('Shed by ada');
    expect(contentOf('og:description')).toBe(
      'Live values and their history: Air &lt;b&gt;temperature&lt;/b&gt;, humidity',
    );
    expect(contentOf('description')).toBe(contentOf('og:description'));
    expect(contentOf('og:url')).toBe(`https://croft.example/units/${id}`);
    expect(contentOf('og:image')).toBe('https://croft.example/icon-512.png');
    expect(html.indexOf('og:title')).toBeLessThan(html.indexOf('</head>'));
    expect(html).not.toContain('secret lamp');
  });

  test('to a public variable has its title and description', async () => {
    const { idOf } = await makeUnit('Barn', 'public');
    const { title, contentOf } = await page(`/variables/${idOf('temperature')}`);
    expect(title).toBe('Air &lt;b&gt;temperature&lt;/b&gt; · Barn by ada · Croft');
    expect(contentOf('og:description')).toBe('In the &quot;shade&quot; &amp; dry');
    expect((await page(`/variables/${idOf('humidity')}`)).contentOf('og:description')).toContain('the unit Barn');
  });

  test('escapes what people named their things', async () => {
    const { id } = await makeUnit(`"><img src=x onerror='$&'>`, 'public');
    const { html } = await page(`/units/${id}`);
    expect(html).toContain('<title>&quot;&gt;&lt;img src=x onerror=&#39;$&amp;&#39;&gt; by ada · Croft</title>');
    expect(html).not.toContain('<img');
  });

  test('to the public units is there as well', async () => {
    expect((await page('/explore')).title).toBe('Public units · Croft');
  });

  test('to anything that is not public is byte for byte the page of what does not exist, also for its owner', async () => {
    const plain = (await page(`/units/${missing}`)).html;
    expect(plain).not.toContain('og:');
    for (const visibility of ['private', 'local'] as const) {
      const { id, idOf } = await makeUnit(`Hidden ${visibility}`, visibility);
      expect((await page(`/units/${id}`)).html).toBe(plain);
      expect((await page(`/units/${id}`, { Cookie: ada.cookie() })).html).toBe(plain);
      expect((await page(`/variables/${idOf('temperature')}`)).html).toBe(plain);
    }
    const { idOf } = await makeUnit('Open', 'public');
    expect((await page(`/variables/${idOf('secret lamp')}`)).html).toBe(plain);
    for (const path of ['/', '/account', `/variables/${missing}`, '/units/no-uuid', `/units/${missing}/`]) {
      expect((await page(path)).html).toBe(plain);
    }
  });

  test('is left out when it cannot be looked up, or when too many are asked for at once', async () => {
    let failing = true;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const previewOf = createPreviews({
      origin: () => 'http://localhost',
      unit: async () => {
        if (failing) throw new Error('the database is gone');
        await held;
        return { name: 'Shed', owner: 'ada', variables: [] };
      },
      variable: () => expect.unreachable(),
      log: pino({ level: 'silent' }),
    });
    expect(await previewOf(`/units/${missing}`)).toBe('');
    failing = false;
    const first = Array.from({ length: 4 }, () => previewOf(`/units/${missing}`));
    expect(await previewOf(`/units/${missing}`)).toBe('');
    release();
    for (const preview of await Promise.all(first)) expect(preview).toContain('Shed by ada');
    expect(await previewOf(`/units/${missing}`)).toContain('Shed by ada');
  });
});

test('only pages made for it may stand in a frame of another site', async () => {
  const headersAt = async (path: string) => (await fetch(croft.url + path)).headers;
  for (const path of ['/', '/variables', '/embed', '/embedded/', '/api/health']) {
    const headers = await headersAt(path);
    expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options'), path).toBe('DENY');
  }
  const headers = await headersAt(`/embed/variables/${missing}`);
  expect(headers.get('content-security-policy')).toMatch(/script-src 'self'.*frame-ancestors \*$/);
  expect(headers.get('x-frame-options')).toBeNull();
  expect(headers.get('cross-origin-resource-policy')).toBe('cross-origin');
});

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ServedApp, servedApp } from '../testing/served-app.ts';
import { inlineScriptHashes } from './web.ts';

const script = 'start("croft")';
const shell = `<html><head><script src="/x.js"></script></head><body><script>${script}</script></body></html>`;

let folder: string;
let door: ServedApp;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'croft-web-'));
  await mkdir(join(folder, '_app/immutable'), { recursive: true });
  await writeFile(join(folder, 'shell.html'), shell);
  await writeFile(join(folder, '_app/immutable/page.abc.js'), 'export {}');
  await writeFile(join(folder, 'favicon.svg'), '<svg/>');
  await writeFile(join(folder, '.secret'), 'no');
  await writeFile(join(folder, 'packed.js'), 'export {}');
  await writeFile(join(folder, 'packed.js.gz'), gzipSync('export {}'));
  door = await servedApp([], { webFolder: folder });
});
afterAll(async () => {
  await door.close();
  await rm(folder, { recursive: true, force: true });
});

test('the page may run its own inline script, by its hash, and no other', async () => {
  const hash = `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
  expect(inlineScriptHashes(shell)).toEqual([hash]);
  const { headers } = await door.fetch('/');
  expect(headers.get('content-security-policy')).toContain(`script-src 'self' 'wasm-unsafe-eval' ${hash};`);
  expect(headers.get('content-security-policy')).not.toMatch(/script-src[^;]*'unsafe/);
});

test.each(['/', '/units/0197', '/explore?search=a.b'])('%s is the page, asked for anew each time', async (path) => {
  const answer = await door.fetch(path);
  expect([answer.status, await answer.text()]).toEqual([200, shell]);
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(answer.headers.get('content-type')).toContain('text/html');
});

test('files are served, those with hashed names for ever', async () => {
  const hashed = await door.fetch('/_app/immutable/page.abc.js');
  expect([hashed.status, await hashed.text()]).toEqual([200, 'export {}']);
  expect(hashed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  const icon = await door.fetch('/favicon.svg');
  expect(icon.headers.get('cache-control')).toBe('no-cache');
  expect(icon.headers.get('content-type')).toBe('image/svg+xml');
});

test('a packed copy goes to whoever takes it, and nothing to whoever has it already', async () => {
  const packed = await door.fetch('/packed.js', { headers: { 'accept-encoding': 'gzip' } });
  expect([packed.headers.get('content-encoding'), await packed.text()]).toEqual(['gzip', 'export {}']);
  const plain = await door.fetch('/packed.js', { headers: { 'accept-encoding': 'identity' } });
  expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, 'export {}']);
  const known = await door.fetch('/packed.js', {
    headers: { 'if-none-match': plain.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
  });
  expect(known.status).toBe(304);
});

test('a build beside the running instance takes no file away from it', async () => {
  await rm(join(folder, 'favicon.svg'));
  expect((await door.fetch('/favicon.svg')).status).toBe(200);
});

test.each(['/missing.js', '/.secret', '/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/_app/immutable/old.js'])(
  '%s is not there',
  async (path) => {
    expect((await door.fetch(path)).status).toBe(404);
  },
);

test('a way out of the folder is an address like any other', async () => {
  expect(await (await door.fetch('/..%2f..%2f..%2f..%2fetc%2fpasswd')).text()).toBe(shell);
});

test('a page is read, not written to', async () => {
  expect((await door.fetch('/units/1', { method: 'POST' })).status).toBe(404);
  expect((await door.fetch('/units/1', { method: 'HEAD' })).status).toBe(200);
});

test('an address that cannot be decoded breaks nothing', async () => {
  expect((await door.fetch('/%E0%A4%A')).status).toBeLessThan(500);
  expect((await door.fetch('/api/%E0%A4%A')).status).toBe(404);
  expect((await door.fetch('/')).status).toBe(200);
});

test('a web that is not built says how to build it', async () => {
  const bare = await servedApp([]);
  const answer = await bare.fetch('/');
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('npm run build')]);
  await bare.close();
});

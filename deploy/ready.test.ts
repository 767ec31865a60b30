import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

// A checkout in small, with npm as it is and a Vite that only writes down that it ran.
const fakeVite = `
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('builds.log', 'build\\n');
if (existsSync('web/src/broken.ts')) { console.error('broken.ts: unexpected token'); process.exit(3); }
while (existsSync('web/src/slow.ts')) await new Promise((resolve) => setTimeout(resolve, 20));
mkdirSync('web/build', { recursive: true });
writeFileSync('web/build/index.html', 'page');
`;

let checkout: string;
let started: ChildProcess[] = [];

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'croft-ready-test-'));
  cpSync(import.meta.dirname, join(checkout, 'deploy'), { recursive: true });
  mkdirSync(join(checkout, 'tmp'));
  writePackages('1.0.0');
  put('vite/bin/vite.js', fakeVite);
  put('web/src/page.ts', 'export const page = 1;');
  put('server/units/contract.ts', 'export const routes = {};');
  put('vite.config.ts', 'export default {};');
});

afterEach(() => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) killGroup(child, 'SIGKILL');
  started = [];
  rmSync(checkout, { recursive: true, force: true });
});

test('a fresh checkout is installed and built, and the second time nothing is done or said', async () => {
  const first = await ready();
  expect(first.said).toMatch(/installing its packages[\s\S]*Packages installed[\s\S]*Web pages built/);
  expect(first.code).toBe(0);
  expect(await ready()).toEqual({ code: 0, said: '' });
  expect(builds()).toBe(1);
});

test('a changed lock file is installed again, one that npm already installed is not', async () => {
  await ready();
  writePackages('2.0.0');
  expect((await ready()).said).toContain('Packages installed');
  rmSync(join(checkout, 'node_modules/.croft-ready'));
  expect(await ready()).toEqual({ code: 0, said: '' });
});

test('what somebody removed by another npm command is installed again', async () => {
  await ready();
  spawnSync('npm', ['uninstall', '--no-save', 'vite'], { cwd: checkout });
  expect((await ready()).said).toContain('Packages installed');
});

test('what npm said is shown when it fails, and how to mend it', async () => {
  writePackages('1.0.0', { vite: 'file:vite', missing: 'file:missing' });
  const { code, said } = await ready();
  expect(code).toBe(1);
  expect(said).toMatch(/npm error[\s\S]*npm could not install the packages[\s\S]*npm ping/);
});

test.each([
  ['a page', 'web/src/page.ts', 2],
  ['a contract', 'server/units/contract.ts', 2],
  ['the settings', 'vite.config.ts', 2],
  ['a test', 'web/src/page.test.ts', 1],
  ['what is made from the sources', 'web/src/lib/paraglide/messages.js', 1],
  ['notes that a build leaves', 'web/project.inlang/README.md', 1],
  ['other parts of the server', 'server/units/store.ts', 1],
])('after %s changed (%s) there were %i builds', async (_what, path, expected) => {
  await ready();
  put(path, 'changed');
  await ready();
  expect(builds()).toBe(expected);
});

test('a build that fails shows why and is done again', async () => {
  put('web/src/broken.ts', '');
  const failed = await ready();
  expect(failed.code).toBe(1);
  expect(failed.said).toContain('broken.ts: unexpected token');
  rmSync(join(checkout, 'web/src/broken.ts'));
  expect((await ready()).code).toBe(0);
  expect(existsSync(join(checkout, 'web/build/index.html'))).toBe(true);
});

test('of two at once one works and the other waits for it', async () => {
  put('web/src/slow.ts', '');
  const both = [start(), start()];
  const said = () => both.map((run) => run.said()).join('');
  await vi.waitFor(() => expect(said()).toContain('is making this folder ready; waiting'), 20_000);
  rmSync(join(checkout, 'web/src/slow.ts'));
  expect(await Promise.all(both.map((run) => run.ended))).toEqual([0, 0]);
  expect(builds()).toBe(1);
});

test.each([
  ['SIGTERM', 143],
  ['SIGKILL', null],
] as const)('a build cut short by %s is done again', async (signal, expected) => {
  put('web/src/slow.ts', '');
  const { child, ended } = start();
  await vi.waitFor(() => expect(builds()).toBe(1), 20_000);
  killGroup(child, signal);
  expect(await ended).toBe(expected);
  // Only the killed one could not release its lock: the next run takes it over.
  expect(locks()).toHaveLength(signal === 'SIGKILL' ? 1 : 0);
  rmSync(join(checkout, 'web/src/slow.ts'));
  expect((await ready()).said).toContain('Web pages built');
  expect(locks()).toEqual([]);
});

async function ready() {
  const run = start();
  return { code: await run.ended, said: run.said() };
}

/** In a process group of its own, so that a signal can reach it and Vite together, as Ctrl-C does. */
function start() {
  const env = { ...process.env, TMPDIR: join(checkout, 'tmp') };
  const args = [join(checkout, 'deploy/ready.mjs'), '--web'];
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  started.push(child);
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  return { child, said: () => said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

function locks() {
  return readdirSync(join(checkout, 'tmp')).filter((name) => name.endsWith('.lock'));
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.pid) process.kill(-child.pid, signal);
}

function builds() {
  const log = join(checkout, 'builds.log');
  return existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0;
}

function put(path: string, content: string) {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), content);
}

function writePackages(version: string, dependencies: Record<string, string> = { vite: 'file:vite' }) {
  const manifest = { name: 'checkout', version: '1.0.0', private: true, type: 'module' };
  const linked = { vite: { version }, 'node_modules/vite': { resolved: 'vite', link: true } };
  const lock = {
    ...manifest,
    lockfileVersion: 3,
    packages: { '': { ...manifest, dependencies: { vite: 'file:vite' } }, ...linked },
  };
  put('package.json', JSON.stringify({ ...manifest, dependencies }));
  put('package-lock.json', JSON.stringify(lock));
  put('vite/package.json', JSON.stringify({ name: 'vite', version, type: 'module' }));
}

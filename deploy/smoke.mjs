// What a newcomer does, in a copy with only the files that git knows: npm start, open the printed link, stop; and start
// again on the same data. Ends with 0 when all of it went well.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { exitCodeOf, passSignals, root, tell } from './toolchain.mjs';

const firstStartMs = 300_000; // with installing and building
const laterStartMs = 15_000;
const stopMs = 15_000;

const folder = mkdtempSync(join(tmpdir(), 'croft-smoke-'));
const checkout = join(folder, 'croft');
const dataDir = join(folder, 'data');
const [httpPort, mqttPort] = [await freePort(), await freePort()];
const site = `http://127.0.0.1:${httpPort}`;
let instance;

passSignals((signal) => {
  removeAll();
  process.exit(exitCodeOf(signal));
});

try {
  copyCheckout();
  await startAndStop('first start', firstStartMs, async () => {
    await expectPage(setupLink());
    for (const path of ['/', '/api/ready', '/api/openapi.json']) await expectPage(`${site}${path}`);
    await expectListener(mqttPort);
  });
  await startAndStop('second start', laterStartMs, () => expectPage(`${site}/api/ready`));
} catch (error) {
  tell(`${instance?.said() ?? ''}\nThe smoke check failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  removeAll();
}

async function startAndStop(what, limitMs, check) {
  const began = Date.now();
  instance = startInstance();
  await waitUntilHealthy(began + limitMs);
  tell(`${what}: answers after ${(Date.now() - began) / 1000} s`);
  await check();
  const asked = Date.now();
  instance.child.kill('SIGTERM');
  const code = await Promise.race([instance.ended, delay(stopMs, 'not yet', { ref: false })]);
  if (code !== 0)
    throw new Error(`after SIGTERM it should end with 0 within ${stopMs / 1000} s, and ended with: ${code}`);
  if (postmasters().length > 0) throw new Error('its Postgres was left running');
  tell(`${what}: stopped in ${(Date.now() - asked) / 1000} s`);
}

function copyCheckout() {
  const list = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const paths = execFileSync('git', list, { cwd: root, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const path of paths) if (existsSync(join(root, path))) cpSync(join(root, path), join(checkout, path));
}

function startInstance() {
  const { DATABASE_URL: _outside, ...environment } = process.env;
  const own = { CROFT_HTTP_PORT: String(httpPort), CROFT_MQTT_PORT: String(mqttPort), CROFT_DATA_DIR: dataDir };
  const options = { cwd: checkout, env: { ...environment, ...own }, stdio: ['ignore', 'pipe', 'pipe'], detached: true };
  const child = spawn('npm', ['start'], options);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => {
      said += part;
    });
  }
  return { child, said: () => said, ended: once(child, 'exit').then(([code, signal]) => code ?? signal) };
}

async function waitUntilHealthy(deadline) {
  while (!(await isHealthy())) {
    const { exitCode, signalCode } = instance.child;
    if (exitCode !== null || signalCode) throw new Error(`npm start ended with ${exitCode ?? signalCode}`);
    if (Date.now() > deadline) throw new Error('it did not answer at /api/health in time');
    await delay(100);
  }
}

async function isHealthy() {
  const answer = await fetch(`${site}/api/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

/** The one-time link that a first start prints, at the address we can reach. */
function setupLink() {
  const [, path] = /https?:\/\/[^/\s]+(\/setup\?token=[\w.~-]+)/.exec(instance.said()) ?? [];
  if (!path) throw new Error('no setup link was printed');
  return `${site}${path}`;
}

async function expectPage(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  const body = await answer.text();
  if (answer.status !== 200 || body === '') throw new Error(`${url} answered ${answer.status}: ${body.slice(0, 200)}`);
}

async function expectListener(port) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect', { signal: AbortSignal.timeout(5_000) });
  socket.destroy();
}

/** Process ids of embedded Postgres servers on our data folder, by the files they remove when they stop. */
function postmasters() {
  const folders = existsSync(dataDir) ? readdirSync(dataDir) : [];
  const files = folders.map((name) => join(dataDir, name, 'postmaster.pid')).filter((path) => existsSync(path));
  return files.map((path) => Number.parseInt(readFileSync(path, 'utf8'), 10));
}

function removeAll() {
  // A minus reaches the whole process group: npm, its shell and Croft.
  for (const pid of [-instance?.child.pid, ...postmasters()]) killHard(pid);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function killHard(pid) {
  try {
    if (pid) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

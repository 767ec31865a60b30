import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../server/main.ts', import.meta.url));
const readyWithin = 60_000;

type Options = {
  dataDir: string;
  /** An outside Postgres; undefined: the embedded one in `dataDir`. */
  databaseUrl: string | undefined;
  /** For the instance's Node. */
  nodeOptions?: readonly string[];
};

type Ready = { url: string; mqttPort: number; setupUrl: string };

/** An instance as a process of its own, on free ports, its limits raised; nothing of our environment configures it. */
export async function startCroft({ dataDir, databaseUrl, nodeOptions = [] }: Options) {
  const began = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, program], {
    cwd: dataDir,
    env: environmentOf(dataDir, databaseUrl),
    stdio: ['ignore', 'pipe', 'inherit'],
    // Out of reach of Ctrl-C: ours stops it, and a second signal would make it leave its Postgres behind.
    detached: true,
  });
  const ready = await whenReady(child);
  return {
    ...ready,
    pid: child.pid ?? 0,
    readySeconds: (performance.now() - began) / 1_000,
    stop: () => stop(child),
  };
}

function environmentOf(dataDir: string, databaseUrl: string | undefined): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return {
    ...{ PATH, HOME, TMPDIR },
    CROFT_HTTP_PORT: '0',
    CROFT_MQTT_PORT: '0',
    CROFT_DATA_DIR: dataDir,
    CROFT_REGISTRATION: 'open',
    CROFT_UNIT_RATE_PER_SECOND: '1000000',
    CROFT_UNIT_RATE_PER_MINUTE: '60000000',
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : {}),
  };
}

/** Reads what the instance says about itself until it is ready; a later start prints no setup link, so that line may be missing. */
async function whenReady(child: ChildProcess): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<Omit<Ready, 'setupUrl'>>();
  const timer = setTimeout(() => reject(new Error('the instance was not ready within a minute')), readyWithin);
  let setupUrl = '';
  const setupSeen = Promise.withResolvers<void>();
  child.once('exit', (code) => reject(new Error(`the instance ended with exit code ${code}`)));
  child.once('error', reject);
  if (!child.stdout) throw new Error('the instance has no output');
  createInterface({ input: child.stdout }).on('line', (line) => {
    const ready = readyLine(line);
    if (ready) resolve(ready);
    setupUrl ||= /https?:\/\/\S+\/setup\?token=\S+/.exec(line)?.[0] ?? '';
    if (setupUrl) setupSeen.resolve();
    if (/"level":[56]0/.test(line)) process.stderr.write(`${line}\n`);
  });
  const ready = await promise.finally(() => clearTimeout(timer));
  await Promise.race([setupSeen.promise, new Promise((done) => setTimeout(done, 100))]);
  return { ...ready, setupUrl };
}

function readyLine(line: string): Omit<Ready, 'setupUrl'> | undefined {
  if (!line.startsWith('{') || !line.includes('Croft is ready')) return undefined;
  const { url, mqttPort } = JSON.parse(line);
  return { url, mqttPort };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

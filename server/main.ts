import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import packageJson from '../package.json' with { type: 'json' };
import { readConfig } from './config.ts';
import { OperatorError } from './errors.ts';
import type { Instance } from './instance.ts';
import { createLog, type Log } from './log.ts';

const help = `Croft ${packageJson.version}: a federated home for devices.

  npm start              run an instance
  npm start -- --help    this text

It is configured by the environment or a file .env beside package.json; README.md has the table.
Exit codes: 0 stopped as asked, 1 could not start or failed, 2 the configuration cannot be used.
`;

/** An orderly stop may take this long (ms), then the program ends anyway: nothing acknowledged is lost by that. */
const stopDeadline = 15_000;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(help);
  if (process.argv.includes('--version')) return void process.stdout.write(`${packageJson.version}\n`);
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = readConfig(process.env);
  const log = createLog(config.logLevel);
  const signals = watchSignals(log);
  // Kept between starts, compiled code halves the time that loading the program takes (0.63 s of CPU to 0.33 s).
  enableCompileCache();
  // V8's space for young objects, grown while the program loads, would stay so: 20 MB more for an idle instance.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { startInstance } = await import('./instance.ts');
  const instance = await startInstance(config, log);
  setFlagsFromString('--semi-space-growth-factor=2');
  announce(instance, log);
  await signals.first;
  setTimeout(() => fail(log, new Error(`stopping took longer than ${stopDeadline / 1000} s`)), stopDeadline).unref();
  await instance.stop();
  log.info('stopped');
  process.exit(0);
}

/** The first signal stops in order, the second at once. */
function watchSignals(log: Log): { first: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      count++;
      if (count > 1) process.exit(1);
      log.info({ signal }, 'stopping; once more to stop at once');
      resolve();
    });
  }
  return { first: promise };
}

function announce({ url, mqttPort, setupUrl }: Instance, log: Log): void {
  log.info({ url, mqttPort }, `Croft is ready: ${url}`);
  if (setupUrl) process.stdout.write(`\n  Open this link once to make the administrator:\n\n    ${setupUrl}\n\n`);
}

function fail(log: Log | undefined, error: unknown): never {
  if (error instanceof OperatorError) process.stderr.write(`\n${error.message}\n\n`);
  else if (log) log.fatal({ err: error }, 'Croft failed');
  else console.error(error);
  process.exit(error instanceof OperatorError ? error.exitCode : 1);
}

await main().catch((error) => fail(undefined, error));

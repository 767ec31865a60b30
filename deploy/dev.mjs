// The server, restarted when its files change, and Vite with hot reload; one Ctrl-C ends both.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { exitCodeOf, nodeBinary, passSignals, projectEnvironment, root, tell } from './toolchain.mjs';

const programs = [
  start('server', ['--watch', '--watch-preserve-output', join(root, 'server', 'main.ts')]),
  start('web', [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'dev']),
];
let stopping = false;

// The second Ctrl-C does not wait any longer.
passSignals((signal) => stopAll(stopping ? 'SIGKILL' : signal));

const ends = programs.map((program) => program.ended);
const first = await Promise.race(ends);
const wasAsked = stopping;
if (!wasAsked) {
  tell(`The ${first.name} ended (${first.code}); stopping the other.`);
  stopAll('SIGTERM');
}
await Promise.all(ends);
process.exitCode = wasAsked ? 0 : first.code || 1;

/** In a process group of its own: a terminal's Ctrl-C goes to a whole group, and the server takes a second signal as "now". */
function start(name, args) {
  const env = projectEnvironment();
  const child = spawn(nodeBinary(), args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ name, code: code ?? exitCodeOf(signal) }));
  });
  return { child, ended };
}

function stopAll(signal) {
  stopping = true;
  for (const { child } of programs) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    if (signal === 'SIGKILL') process.kill(-child.pid, signal);
    else child.kill(signal);
  }
}

// The test suite on an outside Postgres: DATABASE_URL where it is set, else a throw-away cluster of one that is installed
// here. Further arguments go to vitest.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createCluster } from './postgres-cluster.mjs';
import { exitCodeOf, nodeBinary, passSignals, projectEnvironment, root, tell } from './toolchain.mjs';

try {
  process.exitCode = process.env.DATABASE_URL ? await runTests(process.env.DATABASE_URL) : await runOnOwnCluster();
} catch (error) {
  tell(error.message);
  process.exitCode = 1;
}

async function runOnOwnCluster() {
  const cluster = createCluster();
  // A signal ends the tests; the cluster is then removed and not left behind.
  let asked;
  const release = passSignals((signal) => {
    asked = signal;
  });
  try {
    const url = await cluster.start();
    return asked ? exitCodeOf(asked) : await runTests(url);
  } finally {
    cluster.remove();
    release();
  }
}

function runTests(databaseUrl) {
  const args = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)];
  const env = projectEnvironment({ DATABASE_URL: databaseUrl });
  const child = spawn(nodeBinary(), args, { cwd: root, env, stdio: 'inherit' });
  const release = passSignals((signal) => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      release();
      resolve(code ?? exitCodeOf(signal));
    });
  });
}
